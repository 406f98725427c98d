using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Docker.Networks;

namespace Calico.Plugins.Attaching;

/// <summary>The profile of a network: its workloads reach each other and the world, those of other networks do not reach them.</summary>
/// <remarks>
/// Made with the network's first endpoint and removed with the network; in between it is the user's to change. A sender without
/// the label (a host, a machine behind a router) is let in, for plain routing is what Calico is for; a policy closes that. Workloads of an
/// internal network reach each other and nobody else.
/// </remarks>
internal static class NetworkProfile
{
    public static string Name(string network) => NetworkNames.ToResourceName(network);

    /// <summary>Selects the network's endpoints.</summary>
    public static string SelectorOf(string network) => $"{NetworkNames.NetworkLabel} == '{Name(network)}'";

    public static Resource<ProfileSpec> Of(NetworkFacts network)
    {
        var (name, own) = (Name(network.Name), new EntityRule { Selector = SelectorOf(network.Name) });
        return new(Kinds.Profile, new Metadata { Name = name }, new ProfileSpec
        {
            LabelsToApply = Labels.Empty.With(NetworkNames.NetworkLabel, name),
            Ingress = network.IsInternal
                ? [new Rule { Action = RuleAction.Allow, Source = own }]
                :
                [
                    new Rule { Action = RuleAction.Allow, Source = own },
                    new Rule { Action = RuleAction.Deny, Source = new EntityRule { Selector = $"has({NetworkNames.NetworkLabel})" } },
                    new Rule { Action = RuleAction.Allow },
                ],
            Egress = [new Rule { Action = RuleAction.Allow, Destination = network.IsInternal ? own : null }],
        });
    }
}
