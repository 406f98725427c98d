using System.Net;
using System.Text;
using Calico.Calc.Policy;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Calc.Evaluation;

/// <summary>The policy of a whole cluster, for questions about it: who is there, and what would become of a packet at both its ends.</summary>
/// <remarks>Each host's policy is what the calculation graph makes for that host; it is worked out when first asked for. One caller at a time.</remarks>
public sealed class ClusterPolicy
{
    private readonly bool _isPreview;
    private readonly IReadOnlyList<StoreChange> _changes;
    private readonly Dictionary<string, HostPolicy> _hosts = [];
    private readonly Dictionary<ResourceId, Labelled> _labelled = [];
    private readonly Dictionary<IPAddress, string> _nodes = [];
    private readonly Dictionary<IPAddress, PolicyEndpoint> _byAddress = [];

    /// <param name="resources">Of the cluster: endpoints, policies, profiles, tiers, network sets, nodes.</param>
    /// <param name="isPreview">Ask what would be if every staged policy were enforced.</param>
    public ClusterPolicy(IEnumerable<IResource> resources, bool isPreview = false)
    {
        _isPreview = isPreview;
        var all = resources.ToList();
        _changes = [.. all.Select(resource => new StoreChange(new StoreName.OfResource(ResourceId.Of(resource)), resource))];
        var labels = new LabelledAddresses((id, item) => _labelled.Become(id, item));
        foreach (var resource in all)
            Learn(resource, labels);

        Resources = all.DistinctBy(ResourceId.Of).ToDictionary(ResourceId.Of);
        Endpoints = Titled(all.OfType<Resource<WorkloadEndpointSpec>>().Select(Endpoint).OrderBy(endpoint => endpoint.Id.ToString(), StringComparer.Ordinal));
        NetworkSets =
        [
            .. all.OfType<Resource<NetworkSetSpec>>()
                .Select(set => new PolicyNetworkSet(ResourceId.Of(set), _labelled[ResourceId.Of(set)].Labels, set.Spec.Nets ?? []))
                .OrderBy(set => set.Id.ToString(), StringComparer.Ordinal),
        ];
        foreach (var endpoint in Endpoints)
        {
            foreach (var address in endpoint.Addresses)
                _byAddress.TryAdd(address, endpoint);
        }
    }

    public IReadOnlyDictionary<ResourceId, IResource> Resources { get; }

    public IReadOnlyList<PolicyEndpoint> Endpoints { get; }

    public IReadOnlyList<PolicyNetworkSet> NetworkSets { get; }

    /// <summary>Of all that policies can apply to: workload endpoints and host endpoints.</summary>
    internal IEnumerable<Labels> AllLabels => _labelled.Where(thing => thing.Key.Kind == Kinds.WorkloadEndpoint || thing.Key.Kind == Kinds.HostEndpoint).Select(thing => thing.Value.Labels);

    /// <summary>The names that endpoints give to ports of theirs.</summary>
    internal IReadOnlySet<string> PortNames => field ??= Endpoints.SelectMany(endpoint => endpoint.Spec.Ports ?? [])
        .Concat(Resources.Values.OfType<Resource<HostEndpointSpec>>().SelectMany(endpoint => endpoint.Spec.Ports ?? []))
        .Select(port => port.Name)
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>What of the resources could not be used on the hosts that have been asked about.</summary>
    public IReadOnlyList<string> Problems => [.. _hosts.Values.SelectMany(host => host.Problems).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public PolicyEndpoint? EndpointAt(IPAddress address) => _byAddress.GetValueOrDefault(address);

    /// <summary>The pool that the address is of.</summary>
    public Resource<IPPoolSpec>? PoolOf(IPAddress address) => Resources.Values.OfType<Resource<IPPoolSpec>>()
        .FirstOrDefault(pool => pool.Spec.Cidr.IsIPv4 == address.IsIPv4 && pool.Spec.Cidr.Contains(address));

    /// <summary>The node that has the address for its own.</summary>
    public string? NodeAt(IPAddress address) => _nodes.GetValueOrDefault(address);

    /// <summary>The host's policy, ready to be asked.</summary>
    public PolicyEvaluator Host(string node) => HostOf(node).Evaluator;

    /// <summary>Of every host that has an endpoint.</summary>
    public IEnumerable<PolicyEvaluator> AllHosts() => Endpoints.Select(endpoint => endpoint.Node).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Host);

    /// <summary>Writes down, in a form to be compared only, which of all that rules look an address up in holds it.</summary>
    public void AppendMemberships(IPAddress address, StringBuilder text)
    {
        foreach (var evaluator in AllHosts())
            evaluator.AppendMemberships(address, text.Append('|'));
    }

    /// <summary>The endpoint as its host has it; null if the host cannot have it: <see cref="Problems"/> says why.</summary>
    public LocalEndpoint? Programmed(PolicyEndpoint endpoint) => HostOf(endpoint.Node).Endpoints.GetValueOrDefault(endpoint.Id);

    /// <summary>The addresses where something that a policy mentions begins, or has just ended: between two of them policy treats all alike.</summary>
    public IReadOnlySet<IPAddress> Edges()
    {
        var edges = new HashSet<IPAddress>();
        foreach (var net in AllHosts().SelectMany(host => host.State.MentionedNets()).Distinct())
        {
            edges.Add(net.BaseAddress);
            if (net.BaseAddress.ToBits() + (net.Size - 1) is var last && last != (net.IsIPv4 ? uint.MaxValue : UInt128.MaxValue))
                edges.Add(net.BaseAddress.Plus(net.Size));
        }

        return edges;
    }

    /// <summary>What the policy selects endpoints by, its namespace taken into account; null of a profile, or of a malformed selector.</summary>
    public Selector? SelectorOf(RulesId rules) => Find(rules)?.Spec is PolicySpec policy ? Parsed(() => EffectiveSelectors.OfPolicy(rules.Namespace, policy)) : null;

    /// <summary>What one side of a rule is selected by, as it really is looked up; null if by nothing.</summary>
    public static Selector? SelectorOf(RulesId rules, EntityRule? side) => side is null ? null : Parsed(() => EffectiveSelectors.OfSide(rules.Namespace, side));

    /// <summary>The rule as its author wrote it; null of what is built in.</summary>
    public Rule? Find(RuleRef reference)
    {
        var (ingress, egress) = Find(reference.Rules)?.Spec switch
        {
            PolicySpec policy => (policy.Ingress, policy.Egress),
            ProfileSpec profile => (profile.Ingress, profile.Egress),
            _ => (null, null),
        };
        var rules = reference.Direction == PolicyType.Ingress ? ingress : egress;
        return reference.Index < rules?.Count ? rules[reference.Index] : null;
    }

    /// <summary>The labels that selectors see at an address: of the endpoint that has it, else of each network set that it lies in.</summary>
    public IEnumerable<(ResourceId Id, Labels Labels)> LabelsAt(IPAddress address) => EndpointAt(address) is { } endpoint
        ? [(endpoint.Id, endpoint.Labels)]
        : NetworkSets.Where(set => set.Nets.Any(net => net.IsIPv4 == address.IsIPv4 && net.Contains(address))).Select(set => (set.Id, set.Labels));

    private IResource? Find(RulesId rules) =>
        Kinds.Find(rules.Kind) is { } kind ? Resources.GetValueOrDefault(new(kind, rules.Namespace, rules.Name)) : null;

    private static Selector? Parsed(Func<Selector?> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException)
        {
            return null; // the host's problems name it
        }
    }

    /// <summary>The verdicts at both ends of a flow between two addresses, whoever has them, and where it crosses between their hosts.</summary>
    public FlowDecision Decide(Packet packet)
    {
        var (from, to) = (EndpointAt(packet.Source), EndpointAt(packet.Destination));
        if (from is not null && from == to)
            return default;

        var (senders, receivers) = (from?.Node ?? NodeAt(packet.Source), to?.Node ?? NodeAt(packet.Destination));
        var isCrossing = senders != receivers;
        return new()
        {
            Egress = At(from, PolicyType.Egress, packet),
            AtSendersHost = isCrossing ? AtHost(senders, PolicyType.Egress, from is null, packet) : null,
            AtReceiversHost = isCrossing ? AtHost(receivers, PolicyType.Ingress, to is null, packet) : ToOwnHost(from, to),
            Ingress = IsFromOwnHost(packet, to) ? null : At(to, PolicyType.Ingress, packet),
        };
    }

    /// <summary>A host reaches its own workloads, whatever policy says: it is what starts and checks them.</summary>
    public bool IsFromOwnHost(Packet packet, PolicyEndpoint? to) => to is not null && NodeAt(packet.Source) == to.Node;

    private Decision? At(PolicyEndpoint? endpoint, PolicyType direction, Packet packet)
    {
        if (endpoint is null)
            return null;

        return Programmed(endpoint) is { } local
            ? Host(endpoint.Node).Decide(local, direction, packet)
            : new Decision(IsAllowed: false, DecisionCause.Absent, Tier: null, Rule: null);
    }

    private HostDecision? AtHost(string? name, PolicyType direction, bool isOwn, Packet packet) =>
        name is not null && Resources.GetValueOrDefault(new(Kinds.Node, Namespace: null, name)) is Resource<NodeSpec> node
            ? HostCrossing.Decide(node, Host(name), direction, isOwn, packet)
            : null;

    /// <summary>What a workload sends to its own host.</summary>
    private HostDecision? ToOwnHost(PolicyEndpoint? from, PolicyEndpoint? to) =>
        from is not null && to is null && Host(from.Node).State.Settings.EndpointToHostAction == EndpointToHostAction.Drop
            ? new(from.Node, HostEndpoint: null, HostStage.Normal, new(IsAllowed: false, DecisionCause.EndpointToHost, Tier: null, Rule: null))
            : null;

    private HostPolicy HostOf(string node)
    {
        if (_hosts.TryGetValue(node, out var known))
            return known;

        var graph = new CalculationGraph(node);
        graph.Apply(_changes);
        var result = graph.Flush();
        var byId = result.Host.Endpoints.Values.ToDictionary(endpoint => endpoint.Id, StringComparer.Ordinal);
        return _hosts[node] = new(
            new(result.Host, _isPreview),
            Endpoints.Where(endpoint => endpoint.Node == node && byId.ContainsKey(endpoint.Name)).ToDictionary(endpoint => endpoint.Id, endpoint => byId[endpoint.Name]),
            result.Problems);
    }

    private static IReadOnlyList<PolicyEndpoint> Titled(IEnumerable<PolicyEndpoint> endpoints)
    {
        var byContainer = endpoints.ToLookup(endpoint => endpoint.Labels.GetValueOrDefault(NetworkNames.ContainerLabel), StringComparer.Ordinal);
        return [.. byContainer.SelectMany(group => group.Key is { } container && group.Count() == 1 ? group.Select(endpoint => endpoint with { Title = container }) : group)
            .OrderBy(endpoint => endpoint.Id.ToString(), StringComparer.Ordinal)];
    }

    private void Learn(IResource resource, LabelledAddresses labels)
    {
        switch (resource)
        {
            case Resource<WorkloadEndpointSpec> endpoint:
                labels.OnEndpoint(ResourceId.Of(endpoint), endpoint);
                break;
            case Resource<HostEndpointSpec> endpoint:
                labels.OnEndpoint(ResourceId.Of(endpoint), endpoint);
                break;
            case Resource<NetworkSetSpec> set:
                labels.OnNetworkSet(ResourceId.Of(set), set);
                break;
            case Resource<ProfileSpec> profile:
                labels.OnProfile(profile.Name, profile);
                break;
            case Resource<NodeSpec> { Spec.Bgp: { } bgp } node:
                foreach (var address in new[] { bgp.Ipv4Address, bgp.Ipv6Address }.OfType<InterfaceAddress>())
                    _nodes[address.Address] = node.Name;
                break;
        }
    }

    private PolicyEndpoint Endpoint(Resource<WorkloadEndpointSpec> endpoint)
    {
        var id = ResourceId.Of(endpoint);
        return new(id, endpoint.Spec, _labelled[id].Labels);
    }

    private sealed record HostPolicy(PolicyEvaluator Evaluator, Dictionary<ResourceId, LocalEndpoint> Endpoints, IReadOnlyList<string> Problems);
}

/// <param name="Id">Of the WorkloadEndpoint.</param>
/// <param name="Spec">As it is stored.</param>
/// <param name="Labels">Own and inherited, as selectors see them.</param>
public sealed record PolicyEndpoint(ResourceId Id, WorkloadEndpointSpec Spec, Labels Labels)
{
    /// <summary>With its namespace.</summary>
    public string Name { get; } = Id.Namespace is null ? Id.Name : $"{Id.Namespace}/{Id.Name}";

    /// <summary>For people: the container's name if no other endpoint has it, else <see cref="Name"/>.</summary>
    public string Title { get => field ?? Name; init; }

    /// <summary>The host it is on; empty if it is on none.</summary>
    public string Node => Spec.Node ?? "";

    public IEnumerable<IPAddress> Addresses => (Spec.IpNetworks ?? []).Select(network => network.BaseAddress);
}

/// <param name="Id">Of the NetworkSet or GlobalNetworkSet.</param>
/// <param name="Labels">As selectors see them.</param>
/// <param name="Nets">What it holds.</param>
public sealed record PolicyNetworkSet(ResourceId Id, Labels Labels, ValueList<IPNetwork> Nets);
