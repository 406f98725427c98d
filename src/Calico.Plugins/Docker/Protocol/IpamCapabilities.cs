namespace Calico.Plugins.Docker.Protocol;

/// <param name="RequiresMACAddress">False: Docker invents none before it asks for an address.</param>
/// <param name="RequiresRequestReplay">False: we remember, so Docker need not repeat its requests when it starts.</param>
internal sealed record IpamCapabilities(bool RequiresMACAddress, bool RequiresRequestReplay);

internal sealed record AddressSpaces(string LocalDefaultAddressSpace, string GlobalDefaultAddressSpace);
