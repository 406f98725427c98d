using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Calico.Ipam;

/// <summary>JSON trees of IPAM, written without reflection.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class IpamJson : JsonSerializerContext;
