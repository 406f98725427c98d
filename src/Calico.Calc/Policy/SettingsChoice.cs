using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: what the FelixConfigurations say for this host.</summary>
/// <remarks>Field by field <c>node.NAME</c> wins over the one that a selector names, and that over <c>default</c>.</remarks>
internal sealed class SettingsChoice(string hostname, Problems problems)
{
    private const string ClusterWide = "default";

    private readonly Dictionary<string, Resource<FelixConfigurationSpec>> _configurations = [];
    private Labels _labels = Labels.Empty;
    private HostSettings? _settings;

    public void OnConfiguration(string name, Resource<FelixConfigurationSpec>? configuration)
    {
        _configurations.Become(name, configuration);
        problems.Set(("settings", name), problem: null);
        _settings = null;
    }

    public void OnNode(string name, Resource<NodeSpec>? node)
    {
        if (name != hostname)
            return;

        _labels = node?.Metadata.Labels ?? Labels.Empty;
        _settings = null;
    }

    public HostState Flush(HostState host)
    {
        _settings ??= Make();
        return _settings == host.Settings ? host : host with { Settings = _settings };
    }

    private HostSettings Make()
    {
        FelixConfigurationSpec?[] layers =
        [
            _configurations.GetValueOrDefault("node." + hostname)?.Spec,
            Selected(),
            _configurations.GetValueOrDefault(ClusterWide)?.Spec,
        ];
        var standard = HostSettings.Default;
        return new()
        {
            FailsafeInbound = First(layer => layer.FailsafeInboundHostPorts) is { } inbound ? Ports(inbound) : standard.FailsafeInbound,
            FailsafeOutbound = First(layer => layer.FailsafeOutboundHostPorts) is { } outbound ? Ports(outbound) : standard.FailsafeOutbound,
            EndpointToHostAction = First(layer => (object?)layer.DefaultEndpointToHostAction) as EndpointToHostAction? ?? standard.EndpointToHostAction,
            ExistingConnections = First(layer => (object?)layer.ExistingConnections) as ExistingConnections? ?? standard.ExistingConnections,
            DenyAction = First(layer => (object?)(layer.NftablesFilterDenyAction ?? layer.IptablesFilterDenyAction)) as DenyAction? ?? standard.DenyAction,
            LogPrefix = First(layer => layer.LogPrefix) ?? standard.LogPrefix,
        };

        T? First<T>(Func<FelixConfigurationSpec, T?> field)
            where T : class => layers.OfType<FelixConfigurationSpec>().Select(field).FirstOrDefault(value => value is not null);
    }

    /// <summary>Of several the oldest, and of those of one age the first by name.</summary>
    private FelixConfigurationSpec? Selected()
    {
        FelixConfigurationSpec? selected = null;
        foreach (var (name, configuration) in _configurations
            .OrderBy(pair => pair.Value.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var isSelecting = name != ClusterWide && !name.StartsWith("node.", StringComparison.Ordinal) && configuration.Spec.NodeSelector is not null;
            string? error = null;
            if (isSelecting && Selector.TryParse(configuration.Spec.NodeSelector, out var selector, out error) && selector.Matches(_labels))
                selected ??= configuration.Spec;
            problems.Set(("settings", name), error is null ? null : $"{configuration} is for no node: {error}");
        }

        return selected;
    }

    private static ValueList<FailsafePort> Ports(ValueList<ProtoPort> ports) => (
        from port in ports
        let protocol = string.IsNullOrEmpty(port.Protocol) ? "TCP" : port.Protocol.ToUpperInvariant()
        where Protocol.TryParse(protocol, out _)
        select new FailsafePort(Protocol.TryParse(protocol, out var known) ? known : Protocol.Tcp, port.Port, port.Net)).ToValueList();
}
