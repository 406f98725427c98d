using System.Text.Json.Serialization;
using Calico.Lab.Plan;

namespace Calico.Lab.State;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(LabPlan))]
internal sealed partial class PlanJson : JsonSerializerContext;
