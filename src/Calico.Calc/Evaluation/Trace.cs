using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;

namespace Calico.Calc.Evaluation;

/// <summary>A decision with all that was looked at on the way to it, in order.</summary>
/// <param name="Decision">How it ended.</param>
/// <param name="Steps">Rule by rule.</param>
public sealed record Trace(Decision Decision, ImmutableArray<TraceStep> Steps);

/// <summary>One rule that a packet was held against.</summary>
/// <param name="Tier">Null of a profile's rule.</param>
/// <param name="Rule">Which.</param>
/// <param name="Action">What it would do.</param>
/// <param name="Mismatch">What kept it from matching.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TraceStep(string? Tier, RuleRef Rule, RuleAction Action, RulePart Mismatch);
