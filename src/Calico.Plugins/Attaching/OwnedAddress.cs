using System.Net;

namespace Calico.Plugins.Attaching;

/// <summary>An address and the handle it was given out under.</summary>
internal readonly record struct OwnedAddress(IPAddress Address, string Handle);
