using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Store;

/// <summary>JSON of everything in the store and of resources in files, by generated code.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(IPAddressJson), typeof(IPNetworkJson), typeof(MacJson), typeof(CommonText)])]
[JsonSerializable(typeof(Metadata))]
[JsonSerializable(typeof(NodeSpec))]
[JsonSerializable(typeof(IPPoolSpec))]
[JsonSerializable(typeof(IPReservationSpec))]
[JsonSerializable(typeof(BgpConfigurationSpec))]
[JsonSerializable(typeof(BgpPeerSpec))]
[JsonSerializable(typeof(BgpFilterSpec))]
[JsonSerializable(typeof(WorkloadEndpointSpec))]
[JsonSerializable(typeof(HostEndpointSpec))]
[JsonSerializable(typeof(FelixConfigurationSpec))]
[JsonSerializable(typeof(ProfileSpec))]
[JsonSerializable(typeof(TierSpec))]
[JsonSerializable(typeof(PolicySpec))]
[JsonSerializable(typeof(NetworkSetSpec))]
[JsonSerializable(typeof(ClusterInformationSpec))]
[JsonSerializable(typeof(CalicoNodeStatusSpec))]
[JsonSerializable(typeof(CalicoNodeStatusStatus))]
[JsonSerializable(typeof(DockerNetworkSpec))]
[JsonSerializable(typeof(Block))]
[JsonSerializable(typeof(BlockAffinity))]
[JsonSerializable(typeof(Handle))]
[JsonSerializable(typeof(CommitNote))]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(PathReport))]
[JsonSerializable(typeof(NodeStatus[]))]
[JsonSerializable(typeof(BgpPath[]))]
[JsonSerializable(typeof(BgpExplanation))]
[JsonSerializable(typeof(BgpEvent))]
[JsonSerializable(typeof(DenialList))]
// What a ValueList holds is read and written as an array, by a converter that the generator does not see through.
[JsonSerializable(typeof(AllocationAttributes[]))]
[JsonSerializable(typeof(AsNumber[]))]
[JsonSerializable(typeof(BgpCommunity[]))]
[JsonSerializable(typeof(BgpFilterOperation[]))]
[JsonSerializable(typeof(BgpFilterRule[]))]
[JsonSerializable(typeof(BgpPrefixAdvertisement[]))]
[JsonSerializable(typeof(Denial[]))]
[JsonSerializable(typeof(EndpointPort[]))]
[JsonSerializable(typeof(InterfaceAddress[]))]
[JsonSerializable(typeof(IPAddress[]))]
[JsonSerializable(typeof(IPNetwork[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(int?[]))]
[JsonSerializable(typeof(NodeAddress[]))]
[JsonSerializable(typeof(NodeInterface[]))]
[JsonSerializable(typeof(NodeStatusClass[]))]
[JsonSerializable(typeof(PathFinding[]))]
[JsonSerializable(typeof(PeerReport[]))]
[JsonSerializable(typeof(PeerStatus[]))]
[JsonSerializable(typeof(PolicyType[]))]
[JsonSerializable(typeof(PoolUse[]))]
[JsonSerializable(typeof(Port[]))]
[JsonSerializable(typeof(ProtoPort[]))]
[JsonSerializable(typeof(RouteReport[]))]
[JsonSerializable(typeof(Rule[]))]
[JsonSerializable(typeof(string[]))]
public sealed partial class ModelJson : JsonSerializerContext
{
    /// <summary>For what users write: a field that no type has is an error, not a thing to skip.</summary>
    public static ModelJson Strict => field ??= new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new IPAddressJson(), new IPNetworkJson(), new MacJson(), new CommonText() },
    });
}
