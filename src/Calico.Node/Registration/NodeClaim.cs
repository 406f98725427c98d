using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Node.Startup;

namespace Calico.Node.Registration;

/// <summary>Decides what this host's Node resource is to say, or why the host may not take part under this name: pure.</summary>
internal static class NodeClaim
{
    /// <param name="facts">What is known of this host.</param>
    /// <param name="nodes">All Node resources of the store.</param>
    /// <returns>The resource to write (equal to the stored one if nothing is to change), or the reason to refuse.</returns>
    public static NodeClaimOutcome Decide(HostFacts facts, IReadOnlyList<Resource<NodeSpec>> nodes)
    {
        var stored = nodes.FirstOrDefault(node => node.Name == facts.Options.NodeName);
        var (ipv4, guess4) = Choose(facts.Options.Ipv4, stored?.Spec.Bgp?.Ipv4Address, facts.DetectIpv4, facts.Addresses);
        var (ipv6, guess6) = Choose(facts.Options.Ipv6, stored?.Spec.Bgp?.Ipv6Address, facts.DetectIpv6, facts.Addresses);
        if (guess4 is not null)
            return new NodeClaimOutcome.Refused(WouldBeAGuess(guess4, "IPv4", "IP"));
        if (guess6 is not null)
            return new NodeClaimOutcome.Refused(WouldBeAGuess(guess6, "IPv6", "IP6"));
        if (ipv4 is null && ipv6 is null)
            return new NodeClaimOutcome.Refused(NoAddress(facts));

        var ours = new[] { ipv4?.Address, ipv6?.Address }.OfType<IPAddress>().ToList();
        if (stored is not null && TakenByAnother(stored, facts, ours) is { } taken)
            return new NodeClaimOutcome.Refused(taken);

        var twin = nodes.FirstOrDefault(node => node.Name != facts.Options.NodeName && AddressesOf(node).Intersect(ours).Any());
        if (twin is not null && !facts.Options.AllowSharedAddress)
            return new NodeClaimOutcome.Refused(SharedAddress(facts, twin, AddressesOf(twin).Intersect(ours).First()));

        return new NodeClaimOutcome.Granted(Write(facts, stored, ipv4, ipv6));
    }

    /// <returns>The address, if there is one; or what was detected, if to take any of it would be a guess.</returns>
    private static (InterfaceAddress? Address, Detection? Guess) Choose(
        AddressChoice choice, InterfaceAddress? stored, Func<Detection> detect, IReadOnlyList<HostAddress> addresses)
    {
        return choice switch
        {
            AddressChoice.Given { HasPrefix: true } given => (given.Address, null),
            AddressChoice.Given given => (OnInterface(given.Address) ?? given.Address, null),
            AddressChoice.NoneChoice => default,
            AddressChoice.DetectChoice => Detected(detect(), otherwise: null),
            AddressChoice.KeepChoice => (stored, null),
            _ => stored is { } kept && OnInterface(kept) is { } present ? (present, null) : Detected(detect(), stored),
        };

        // What the node was known by until now is better than a guess.
        (InterfaceAddress? Address, Detection? Guess) Detected(Detection found, InterfaceAddress? otherwise) => found switch
        {
            { Chosen: { } chosen } => (chosen.Address, null),
            { IsGuess: true } => stored is null ? (null, found) : (OnInterface(stored.Value) ?? stored, null),
            _ => (otherwise, null),
        };

        InterfaceAddress? OnInterface(InterfaceAddress wanted) =>
            addresses.FirstOrDefault(found => found.Address.Address.Equals(wanted.Address))?.Address;
    }

    /// <summary>A host that was installed anew has another id but the old address, and may go on; one with another address is somebody else.</summary>
    private static string? TakenByAnother(Resource<NodeSpec> stored, HostFacts facts, List<IPAddress> ours)
    {
        var id = stored.Metadata.Annotations?.GetValueOrDefault(NodeIdentity.Annotation);
        var theirs = AddressesOf(stored).ToList();
        if (id is null || id == facts.NodeId || theirs.Count == 0 || theirs.Intersect(ours).Any())
            return null;

        return $"the node name '{stored.Name}' is taken by the host at {string.Join(", ", theirs)}, and this host is at {string.Join(", ", ours)}: "
            + $"give this host a name of its own (NODENAME, or calicoctl node run --name); if it replaces the other, run 'calicoctl delete node {stored.Name}' first";
    }

    private static string SharedAddress(HostFacts facts, Resource<NodeSpec> twin, IPAddress address) =>
        $"the address {address} of this host ('{facts.Options.NodeName}') is already that of node '{twin.Name}': choose another with IP or "
        + $"IP_AUTODETECTION_METHOD, or run 'calicoctl delete node {twin.Name}' if that host is gone (DISABLE_NODE_IP_CHECK=true starts all the same)";

    private static string WouldBeAGuess(Detection found, string family, string variable)
    {
        var (one, other) = (found.Candidates.First(candidate => candidate.Fault is null).Address, found.Candidates.Last(candidate => candidate.Fault is null).Address);
        return $"which {family} address is this host's would be a guess: {found}. Say which: {variable}={one.Address.Address} or {variable}={other.Address.Address} "
            + $"(calicoctl node run --{variable.ToLowerInvariant()}=…), or by {variable}_AUTODETECTION_METHOD, such as interface={one.Interface}, cidr={other.Address.Subnet} or can-reach=ADDRESS; "
            + $"{variable}=none if it has none";
    }

    private static string NoAddress(HostFacts facts) =>
        "no address of this host was found to use for BGP: set IP (calicoctl node run --ip=ADDRESS) or IP_AUTODETECTION_METHOD; the host has "
        + (facts.Addresses.Count == 0 ? "no address" : string.Join(", ", facts.Addresses));

    private static IEnumerable<IPAddress> AddressesOf(Resource<NodeSpec> node) =>
        new[] { node.Spec.Bgp?.Ipv4Address?.Address, node.Spec.Bgp?.Ipv6Address?.Address }.OfType<IPAddress>();

    private static Resource<NodeSpec> Write(HostFacts facts, Resource<NodeSpec>? stored, InterfaceAddress? ipv4, InterfaceAddress? ipv6)
    {
        var metadata = stored?.Metadata ?? new Metadata { Name = facts.Options.NodeName };
        var bgp = stored?.Spec.Bgp ?? new NodeBgp();
        return new Resource<NodeSpec>(
            Kinds.Node,
            metadata with { Annotations = (metadata.Annotations ?? Labels.Empty).With(NodeIdentity.Annotation, facts.NodeId) },
            (stored?.Spec ?? new NodeSpec()) with
            {
                Bgp = bgp with { Ipv4Address = ipv4, Ipv6Address = ipv6, AsNumber = facts.Options.As ?? bgp.AsNumber },
                Addresses = [.. new[] { ipv4?.Address, ipv6?.Address }.OfType<IPAddress>().Select(address => new NodeAddress(address, "CalicoNodeIP"))],
                Interfaces = facts.Addresses
                    .Where(found => !AddressDetection.IsWorkloadInterface(found.Interface))
                    .GroupBy(found => found.Interface)
                    .Select(group => new NodeInterface(group.Key, [.. group.Select(found => found.Address)]))
                    .ToValueList(),
            });
    }
}

/// <summary>What is known of this host when it claims its node.</summary>
/// <param name="Options">What it was told.</param>
/// <param name="NodeId">From <see cref="NodeIdentity"/>.</param>
/// <param name="Addresses">Of all its interfaces but loopback, in the order of the interfaces' indexes.</param>
/// <param name="DetectIpv4">Runs the detection.</param>
/// <param name="DetectIpv6">The same for IPv6.</param>
internal sealed record HostFacts(
    NodeOptions Options, string NodeId, IReadOnlyList<HostAddress> Addresses, Func<Detection> DetectIpv4, Func<Detection> DetectIpv6);

internal abstract record NodeClaimOutcome
{
    private NodeClaimOutcome()
    {
    }

    public sealed record Granted(Resource<NodeSpec> Node) : NodeClaimOutcome;

    public sealed record Refused(string Reason) : NodeClaimOutcome;
}
