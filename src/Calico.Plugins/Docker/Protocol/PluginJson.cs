using System.Text.Json.Serialization;

namespace Calico.Plugins.Docker.Protocol;

// Bodies of the calls of Docker's remote drivers (moby: libnetwork/drivers/remote/api, libnetwork/ipams/remote/api). Docker matches
// names without regard to case and ignores those it does not know, and so do we.

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Activation))]
[JsonSerializable(typeof(NetworkCapabilities))]
[JsonSerializable(typeof(NetworkRequest))]
[JsonSerializable(typeof(CreateNetworkRequest))]
[JsonSerializable(typeof(CreateEndpointRequest))]
[JsonSerializable(typeof(CreateEndpointResponse))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinResponse))]
[JsonSerializable(typeof(EndpointRequest))]
[JsonSerializable(typeof(EndpointValue))]
[JsonSerializable(typeof(DiscoveryRequest))]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(IpamCapabilities))]
[JsonSerializable(typeof(AddressSpaces))]
[JsonSerializable(typeof(RequestPoolRequest))]
[JsonSerializable(typeof(RequestPoolResponse))]
[JsonSerializable(typeof(ReleasePoolRequest))]
[JsonSerializable(typeof(RequestAddressRequest))]
[JsonSerializable(typeof(RequestAddressResponse))]
[JsonSerializable(typeof(ReleaseAddressRequest))]
internal sealed partial class PluginJson : JsonSerializerContext;

internal sealed record Activation(string[] Implements);

internal sealed record Nothing
{
    public static readonly Nothing Instance = new();
}

/// <summary>One shape for every call: network calls read <c>Err</c>, IPAM calls read <c>Error</c>, failed ones of either read <c>Err</c>.</summary>
internal sealed record Refusal(string Err, string Error);
