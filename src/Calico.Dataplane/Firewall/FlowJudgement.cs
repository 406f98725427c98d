using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Netlink.Conntracking;

namespace Calico.Dataplane.Firewall;

/// <summary>Judges connections that are running as if their first packet came now.</summary>
internal sealed class FlowJudgement
{
    private readonly IReadOnlySet<IPAddress> _hostAddresses;
    private readonly TableInterpreter _interpreter;
    private readonly Dictionary<SetKey, string?> _from, _to;
    private readonly Dictionary<IPAddress, string> _interfaces = [];

    /// <param name="host">What the kernel holds now.</param>
    /// <param name="table">Made of it.</param>
    /// <param name="hostAddresses">The host's own: what its processes send to a workload is not judged.</param>
    public FlowJudgement(HostState host, FirewallTable table, IReadOnlySet<IPAddress> hostAddresses)
    {
        (_interpreter, _hostAddresses) = (new(table), hostAddresses);
        _from = table.Sets[TableNames.FromEndpoint].Elements.ToDictionary(element => element.First, element => element.Chain);
        _to = table.Sets[TableNames.ToEndpoint].Elements.ToDictionary(element => element.First, element => element.Chain);
        foreach (var endpoint in host.Endpoints.Values)
            foreach (var address in endpoint.Addresses.Where(address => address.IsHost))
                _interfaces[address.BaseAddress] = endpoint.Interface;
    }

    /// <summary>True if the policy of the endpoint at either end denies it. Translated addresses are looked through.</summary>
    public bool IsDenied(Flow flow)
    {
        var (original, reply) = (flow.Original, flow.Reply);
        var (from, to) = (_interfaces.GetValueOrDefault(original.Source), _interfaces.GetValueOrDefault(reply.Source));
        if (from is null && to is null)
            return false;

        var packet = new FirewallPacket
        {
            Source = original.Source,
            SourcePort = original.SourcePort,
            Destination = reply.Source,
            DestinationPort = reply.SourcePort,
            Protocol = original.Protocol,
            IcmpType = original.IcmpType,
            IcmpCode = original.IcmpCode,
            InterfaceIn = from ?? "",
            InterfaceOut = to ?? "",
        };
        return (from is not null && Denies(_from, from, packet)) || (to is not null && !_hostAddresses.Contains(original.Source) && Denies(_to, to, packet));
    }

    private bool Denies(Dictionary<SetKey, string?> chains, string interfaceName, FirewallPacket packet) =>
        chains.GetValueOrDefault(SetKey.Of(interfaceName)) is { } chain && _interpreter.Decide(chain, packet) is Verdict.Drop or Verdict.Reject;
}
