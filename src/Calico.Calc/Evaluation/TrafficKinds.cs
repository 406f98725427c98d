using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Calc.Evaluation;

/// <summary>Kinds of packets such that policy treats all packets of a kind alike: one stands for all.</summary>
/// <remarks>Between two places where something that a rule mentions begins or ends, nothing can change.</remarks>
public static class TrafficKinds
{
    private static readonly Protocol[] Usual = [Protocol.Tcp, Protocol.Udp];

    /// <summary>The kinds that the states' rules can tell apart, of both families.</summary>
    public static IReadOnlyList<TrafficKind> Of(IReadOnlyCollection<HostState> states)
    {
        var ranges = Ranges(states.SelectMany(state => state.MentionedPorts()));
        var protocols = states.SelectMany(state => state.MentionedProtocols()).Distinct().ToList();
        var kinds = new List<TrafficKind>();
        foreach (var protocol in Usual.Concat(protocols.Where(protocol => protocol.HasPorts)).Distinct())
            kinds.AddRange(ranges.Select(range => new TrafficKind($"{protocol} {range}", protocol, range.First)));

        kinds.Add(new("ping", Protocol: null, Port: 0));
        foreach (var (type, code) in states.SelectMany(state => state.MentionedIcmp()).Distinct().Order())
            kinds.Add(new($"ICMP type {type} code {code}", Protocol: null, Port: 0) { Icmp = (type, code) });

        kinds.AddRange(protocols
            .Where(protocol => !protocol.HasPorts && protocol != Protocol.Icmp && protocol != Protocol.IcmpV6)
            .Select(protocol => new TrafficKind($"protocol {protocol}", protocol, Port: 0)));
        var rest = Enumerable.Range(1, 254).Select(number => new Protocol((byte)(255 - number))).First(protocol => !protocols.Contains(protocol));
        kinds.Add(new("other protocols", rest, Port: 0));
        return kinds;
    }

    /// <summary>All ports, cut where a port or range that is mentioned begins or has ended.</summary>
    private static List<Port> Ranges(IEnumerable<Port> mentioned)
    {
        var starts = new SortedSet<int> { 1 };
        foreach (var port in mentioned)
        {
            starts.Add(port.First);
            if (port.Last < ushort.MaxValue)
                starts.Add(port.Last + 1);
        }

        var ordered = starts.ToList();
        return [.. ordered.Select((start, index) => Port.Range((ushort)start, (ushort)(index + 1 < ordered.Count ? ordered[index + 1] - 1 : ushort.MaxValue)))];
    }
}

/// <summary>One kind of packets.</summary>
/// <param name="Name">As it is shown.</param>
/// <param name="Protocol">Null: the ICMP of the address family.</param>
/// <param name="Port">One destination port of the kind.</param>
public sealed record TrafficKind(string Name, Protocol? Protocol, ushort Port)
{
    /// <summary>Null: an echo request.</summary>
    public (byte Type, byte Code)? Icmp { get; init; }

    public Packet Between(IPAddress source, IPAddress destination)
    {
        var echo = Packet.Echo(source, destination);
        if (Protocol is { } protocol)
            return echo with { Protocol = protocol, IcmpType = 0, DestinationPort = Port };

        return Icmp is var (type, code) ? echo with { IcmpType = type, IcmpCode = code } : echo;
    }
}
