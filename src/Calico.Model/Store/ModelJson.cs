using System.Text.Json;
using System.Text.Json.Serialization;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Store;

/// <summary>JSON of everything in the store and of resources in files, by generated code.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(IPAddressJson), typeof(IPNetworkJson)])]
[JsonSerializable(typeof(Metadata))]
[JsonSerializable(typeof(NodeSpec))]
[JsonSerializable(typeof(IPPoolSpec))]
[JsonSerializable(typeof(BgpConfigurationSpec))]
[JsonSerializable(typeof(BgpPeerSpec))]
[JsonSerializable(typeof(WorkloadEndpointSpec))]
[JsonSerializable(typeof(ProfileSpec))]
[JsonSerializable(typeof(TierSpec))]
[JsonSerializable(typeof(PolicySpec))]
[JsonSerializable(typeof(NetworkSetSpec))]
[JsonSerializable(typeof(ClusterInformationSpec))]
[JsonSerializable(typeof(DockerNetworkSpec))]
[JsonSerializable(typeof(Block))]
[JsonSerializable(typeof(BlockAffinity))]
[JsonSerializable(typeof(Handle))]
[JsonSerializable(typeof(NodeStatus))]
public sealed partial class ModelJson : JsonSerializerContext
{
    /// <summary>For what users write: a field that no type has is an error, not a thing to skip.</summary>
    public static ModelJson Strict => field ??= new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new IPAddressJson(), new IPNetworkJson() },
    });
}
