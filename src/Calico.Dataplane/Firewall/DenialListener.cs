using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Netlink;
using Calico.Netlink.Logging;

namespace Calico.Dataplane.Firewall;

/// <summary>Hears from the kernel of packets that were denied, and says whose they were and why.</summary>
/// <remarks>Without it nothing but the sight of denials is missing, so a group that cannot be listened to is a problem and no failure.</remarks>
internal sealed class DenialListener(DenialLog log, LinkMap links, NetworkNamespace? inside)
{
    private volatile Shown _shown = new(HostState.Empty, new Dictionary<string, DenialReason>());
    private volatile string? _problem;

    private sealed record Shown(HostState Host, IReadOnlyDictionary<string, DenialReason> Reasons);

    public IEnumerable<string> Problems => _problem is { } problem ? [problem] : [];

    /// <summary>What is in the kernel from now on.</summary>
    public void Show(HostState host, IReadOnlyDictionary<string, DenialReason> reasons) => _shown = new(host, reasons);

    public async Task ListenAsync(CancellationToken cancellation)
    {
        try
        {
            using var packets = PacketLog.Open(RuleEncoding.DenialGroup, inside);
            await foreach (var packet in packets.ReadAsync(cancellation))
                Take(packet);
        }
        catch (NetlinkException e)
        {
            _problem = $"denied packets are not shown: {e.Message}";
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }
    }

    private void Take(LoggedPacket packet)
    {
        if (packet.Lost)
        {
            log.AddLost();
            return;
        }

        var (host, reasons) = (_shown.Host, _shown.Reasons);
        var reason = reasons.GetValueOrDefault(packet.Prefix);
        var (came, leaves) = (links.NameOf(packet.InterfaceIn) ?? "", links.NameOf(packet.InterfaceOut) ?? "");
        var isIngress = reason?.Direction == PolicyType.Ingress;
        // A workload's ingress is at the link that the packet leaves the host by, a host endpoint's at the one it comes by.
        var name = isIngress != (reason?.IsHost == true) ? leaves : came;
        log.Add(packet, reason, name, NameOf(host, name));
    }

    private static string NameOf(HostState host, string interfaceName)
    {
        if (host.Endpoints.TryGetValue(interfaceName, out var endpoint))
            return $"WorkloadEndpoint({endpoint.Id})";

        var named = host.HostEndpoints.Values.FirstOrDefault(other => other.Interface == interfaceName)
            ?? host.HostEndpoints.Values.FirstOrDefault(other => other.Interface is null or LocalHostEndpoint.AllInterfaces);
        return named is null || interfaceName.StartsWith(InterfaceNames.WorkloadPrefix, StringComparison.Ordinal) ? interfaceName : $"HostEndpoint({named.Id})";
    }
}
