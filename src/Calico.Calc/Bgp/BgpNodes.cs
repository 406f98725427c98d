using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Bgp;

/// <summary>The cluster's nodes as BGP speakers, with the configuration's defaults filled in.</summary>
internal sealed class BgpNodes
{
    private const string ClusterWide = "default";
    private const string OfNode = "node.";
    private const ushort DefaultPort = 179;

    private readonly Dictionary<string, Resource<NodeSpec>> _nodes = [];
    private readonly Dictionary<string, BgpConfigurationSpec> _configurations = [];

    public BgpConfigurationSpec Cluster => _configurations.GetValueOrDefault(ClusterWide) ?? new();

    public bool MeshEnabled => Cluster.NodeToNodeMeshEnabled ?? true;

    /// <summary>In order of their names.</summary>
    public IEnumerable<BgpNode> All => _nodes.OrderBy(node => node.Key, StringComparer.Ordinal).Select(node => Describe(node.Key, node.Value));

    public void OnNode(string name, Resource<NodeSpec>? node) => _nodes.Become(name, node);

    public void OnConfiguration(string name, Resource<BgpConfigurationSpec>? configuration) => _configurations.Become(name, configuration?.Spec);

    public BgpNode? Find(string name) => _nodes.TryGetValue(name, out var node) ? Describe(name, node) : null;

    private BgpNode Describe(string name, Resource<NodeSpec> node)
    {
        var cluster = _configurations.GetValueOrDefault(ClusterWide);
        var own = _configurations.GetValueOrDefault(OfNode + name);
        var bgp = node.Spec.Bgp;
        return new(name, node.Metadata.Labels ?? Labels.Empty)
        {
            As = bgp?.AsNumber ?? cluster?.AsNumber ?? AsNumber.Default,
            Ipv4 = bgp?.Ipv4Address?.Address,
            Ipv6 = bgp?.Ipv6Address?.Address,
            ClusterId = bgp?.RouteReflectorClusterID,
            ListenPort = own?.ListenPort ?? cluster?.ListenPort ?? DefaultPort,
            BindMode = own?.BindMode ?? cluster?.BindMode ?? BgpBindMode.None,
            Advertisements = own?.PrefixAdvertisements is null ? cluster : own,
        };
    }
}

internal sealed record BgpNode(string Name, Labels Labels)
{
    public required AsNumber As { get; init; }

    public IPAddress? Ipv4 { get; init; }

    public IPAddress? Ipv6 { get; init; }

    public IPAddress? ClusterId { get; init; }

    public required ushort ListenPort { get; init; }

    public BgpBindMode BindMode { get; init; }

    /// <summary>The configuration whose prefix advertisements hold for the node: its own before the cluster's.</summary>
    public BgpConfigurationSpec? Advertisements { get; init; }

    public IEnumerable<IPAddress> Addresses => new[] { Ipv4, Ipv6 }.OfType<IPAddress>();

    /// <summary>The node's address of the other's family.</summary>
    public IPAddress? AddressFor(IPAddress other) => other.IsIPv4 ? Ipv4 : Ipv6;
}
