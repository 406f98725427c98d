using System.Security.Cryptography;
using System.Text;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Networks;

namespace Calico.Plugins.Docker.Access;

/// <summary>What a container's labels say of its access, as a profile: it stands in place of its network's.</summary>
/// <remarks>
/// It is named by a hash of what it says, so containers that say the same share it, on whatever host, and other labels are another
/// profile: what is changed in a compose file holds from the container's next start. Policies come before profiles, so what an operator
/// writes beats what a developer labels.
/// </remarks>
internal static class AccessProfile
{
    /// <summary>How the names of such profiles begin.</summary>
    public const string Prefix = "docker-labels.";

    public static Resource<ProfileSpec> Of(NetworkFacts network, AccessLabels access)
    {
        var own = NetworkProfile.SelectorOf(network.Name);
        var sources = access.Sources is { } given ? Sources(given, own) : [new EntityRule { Selector = own }];
        var spec = new ProfileSpec
        {
            Ingress = [.. sources.SelectMany(source => Rules(source, access.Ports)), new Rule { Action = RuleAction.Deny }],
            Egress = NetworkProfile.Of(network).Spec.Egress,
        };
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{network} {Describe(access)}")))[..16];
        return new(Kinds.Profile, new Metadata { Name = Prefix + hash }, spec);
    }

    /// <summary>In words, the same for labels that say the same.</summary>
    private static string Describe(AccessLabels access) =>
        $"from {(access.Sources is null ? "network" : string.Join(", ", access.Sources))} to {(access.Ports is null ? "all" : string.Join(", ", access.Ports))}";

    /// <summary>All prefixes go into one rule, and everything that a selector says into another.</summary>
    private static IEnumerable<EntityRule?> Sources(IReadOnlyList<AccessSource> sources, string own)
    {
        if (sources.Any(source => source is AccessSource.Anybody))
        {
            yield return null;
            yield break;
        }

        var selectors = sources.Select(source => source switch
        {
            AccessSource.Named(var name) =>
                $"({own} && ({NetworkNames.ContainerLabel} == '{NetworkNames.ToLabelValue(name)}' || {EndpointLabels.ComposeService} == '{NetworkNames.ToLabelValue(name)}'))",
            AccessSource.Labelled(var key, var value) => $"{key} == '{value}'",
            _ => null,
        }).OfType<string>().ToList();
        if (selectors.Count > 0)
            yield return new EntityRule { Selector = string.Join(" || ", selectors) };
        var networks = sources.OfType<AccessSource.Addresses>().Select(source => source.Network).ToList();
        foreach (var family in networks.GroupBy(network => network.BaseAddress.AddressFamily))
            yield return new EntityRule { Nets = [.. family] };
    }

    private static IEnumerable<Rule> Rules(EntityRule? source, IReadOnlyList<AccessPort>? ports)
    {
        if (ports is null)
            return [new Rule { Action = RuleAction.Allow, Source = source }];

        return ports.GroupBy(port => port.Protocol).Select(group => new Rule
        {
            Action = RuleAction.Allow,
            Protocol = group.Key,
            Source = source,
            Destination = new EntityRule { Ports = [.. group.Select(port => Port.Range(port.First, port.Last))] },
        });
    }
}
