using Calico.Dataplane;
using Calico.Model.Hosts;
using Calico.Model.Values;
using Calico.Node.Bgp;
using Calico.Node.Registration;
using Calico.Node.Startup;
using Calico.Node.Syncing;

namespace Calico.Node.LocalApi;

/// <summary>How this node is, gathered from its parts at the moment of asking.</summary>
internal sealed class StatusReport(NodeLife life, RegistrationLoop registration, SyncLoop sync, HostDataplane dataplane, SpeakerLoop speaker)
{
    public NodeStatus Make() => new()
    {
        Node = life.Options.NodeName,
        Version = RegistrationLoop.Version,
        Pid = Environment.ProcessId,
        StartedAt = life.StartedAt,
        Ready = (sync.IsFromDisk || (sync.IsInSync && registration.WaitingFor is null)) && dataplane.HasDoneRound,
        Datastore = registration.WaitingFor is { } waiting && sync.IsInSync ? $"not registered: {waiting}" : sync.State,
        Problems = dataplane.Problems.Concat(sync.Problems).Concat(speaker.Problems).ToValueList(),
        FastPath = dataplane.FastPath switch
        {
            { WhyNot: { } reason } => $"none: {reason}",
            { Interfaces: 0 } => "not in use",
            { Interfaces: var interfaces } => $"in use at {interfaces} interfaces",
        },
        Peers = speaker.Peers.Select(peer => PeerRows.Make(peer.Session, peer.Type)).ToValueList(),
    };
}
