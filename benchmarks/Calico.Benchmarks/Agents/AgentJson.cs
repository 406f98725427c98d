using System.Text.Json.Serialization;

namespace Calico.Benchmarks.Agents;

[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(AgentAnswer))]
internal sealed partial class AgentJson : JsonSerializerContext;
