using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>The policies of one tier that apply to one endpoint in one direction.</summary>
/// <remarks>
/// The rules of the policies are tried in order. Allow and Deny decide for good; Pass leaves the tier for the next, and after the last tier
/// for the profiles; Log writes a line and goes on. Where no rule decided, the tier's <see cref="DefaultAction"/> does, but only if
/// <see cref="Policies"/> is not empty: a tier in which only staged policies apply decides nothing.
/// </remarks>
/// <param name="Name">The tier's name.</param>
/// <param name="Policies">Those that apply and are enforced, in order; empty if only staged ones apply.</param>
/// <param name="DefaultAction">Deny or Pass, when none of them decides.</param>
public sealed record EndpointTier(string Name, ValueList<RulesId> Policies, RuleAction DefaultAction)
{
    /// <summary>What <see cref="Policies"/> would be if every staged policy were enforced; the same where there is none.</summary>
    /// <remarks>
    /// A staged policy with action Set stands at its own order, in place of the policy of the same name; with Delete that policy is left
    /// out; with Ignore it has no part. Evaluated and counted, never enforced.
    /// </remarks>
    public ValueList<RulesId> Preview { get; init; } = Policies;
}
