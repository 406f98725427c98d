using System.Runtime.CompilerServices;
using Calico.Model.Addresses;

namespace Calico.Dataplane.Firewall;

/// <summary>Says what a table does with the first packet of a connection, as the kernel would.</summary>
/// <remarks>So that connections that are known can be judged again when policy has changed: the kernel lets their packets by.</remarks>
internal sealed class TableInterpreter(FirewallTable table)
{
    private static readonly ConditionalWeakTable<FirewallSet, SetLookup> Lookups = [];

    /// <returns>An Accept, Drop or Reject; null if the chain leaves the packet undecided.</returns>
    /// <param name="chain">Where it enters.</param>
    /// <param name="packet">The packet.</param>
    public Verdict? Decide(string chain, FirewallPacket packet) => Judge(chain, packet)?.Verdict;

    /// <summary>As <see cref="Decide"/>, with what the deciding rule or element stems from: the innermost that says.</summary>
    /// <remarks>What a sender's chains let through and come back with is accepted.</remarks>
    public (Verdict Verdict, string Origin)? Judge(string chain, FirewallPacket packet)
    {
        var passage = new Passage(packet);
        return Run(chain, passage) is { Verdict: not Verdict.Return } end ? end : passage.IsAllowed ? (new Verdict.Accept(), passage.AllowedBy) : null;
    }

    /// <returns>Null at the end of the chain; Return where it comes back early.</returns>
    private (Verdict Verdict, string Origin)? Run(string chain, Passage passage)
    {
        foreach (var rule in table.Chains[chain].Rules)
        {
            if (!rule.Matches.All(match => Matches(match, passage)))
                continue;

            var (verdict, origin) = Resolve(rule, passage.Packet);
            switch (verdict)
            {
                case Verdict.Jump jump when Run(jump.Chain, passage, origin) is { Verdict: not Verdict.Return } decided:
                    return decided;
                case Verdict.Goto go:
                    return Run(go.Chain, passage, origin);
                case Verdict.Accept or Verdict.Drop or Verdict.Reject or Verdict.Return:
                    return (verdict, origin);
                case Verdict.Mark(PacketMark.Allowed, var isSet):
                    passage.IsAllowed = isSet;
                    break;
                default:
                    break; // logs, other marks, look-ups without an answer: on to the next rule
            }
        }

        return null;
    }

    /// <param name="origin">Of what leads there: named if nothing in there says more.</param>
    private (Verdict Verdict, string Origin)? Run(string chain, Passage passage, string origin)
    {
        var end = Run(chain, passage);
        if (passage is { IsAllowed: true, AllowedBy.Length: 0 })
            passage.AllowedBy = origin;
        return end is { Origin.Length: 0 } unnamed ? unnamed with { Origin = origin } : end;
    }

    /// <summary>What a map says, or the rule itself.</summary>
    private (Verdict? Verdict, string Origin) Resolve(FirewallRule rule, FirewallPacket packet)
    {
        var element = rule.Verdict switch
        {
            Verdict.Dispatch dispatch => Find(dispatch.Map, SetKey.Of(dispatch.Direction == Direction.In ? packet.InterfaceIn : packet.InterfaceOut)),
            Verdict.DispatchPort dispatch => PortOf(dispatch.Side, packet) is { } port ? Find(dispatch.Map, SetKey.Of(port)) : null,
            Verdict.DispatchAddress dispatch => Find(dispatch.Map, SetKey.Of(AddressOf(dispatch.Side, packet))),
            _ => new SetElement(default, default, rule.Verdict, rule.Origin),
        };
        return (element?.Verdict, element?.Origin ?? "");
    }

    private bool Matches(Match match, Passage passage) => match is Match.IsMarked mark
        ? (mark.Bit == PacketMark.Allowed && passage.IsAllowed) != mark.Negated
        : Matches(match, passage.Packet);

    private bool Matches(Match match, FirewallPacket packet) => match switch
    {
        Match.Family(var version) => packet.Source.IsIPv4 == (version == 4),
        Match.OfProtocol protocol => packet.Protocol == protocol.Protocol.Number != protocol.Negated,
        Match.Address address => address.Network.Contains(AddressOf(address.Side, packet)) != address.Negated,
        Match.AddressIn address => Find(address.Set, SetKey.Of(AddressOf(address.Side, packet))) is not null != address.Negated,
        Match.PortBetween port => PortOf(port.Side, packet) is { } number && (number >= port.First && number <= port.Last) != port.Negated,
        Match.PortIn port => PortOf(port.Side, packet) is { } number && Find(port.Set, SetKey.Of(number)) is not null != port.Negated,
        Match.AddressAndPortIn port => PortOf(port.Side, packet) is { } number
            && Find(port.Set, SetKey.Of(new Model.Hosts.AddressPort(AddressOf(port.Side, packet), new(packet.Protocol), number))) is not null != port.Negated,
        Match.IcmpType icmp => packet.IcmpType is { } type && (type == icmp.Type && (icmp.Code ?? packet.IcmpCode) == packet.IcmpCode) != icmp.Negated,
        Match.InterfacePrefix prefix => NameOf(prefix.Direction, packet).StartsWith(prefix.Prefix, StringComparison.Ordinal) != prefix.Negated,
        Match.Interface named => NameOf(named.Direction, packet) == named.Name != named.Negated,
        Match.InterfaceAndSource source => Find(source.Set, SetKey.Of(packet.InterfaceIn, packet.Source)) is not null != source.Negated,
        Match.AtMost => true,
        _ => false, // a first packet is neither established nor invalid
    };

    private SetElement? Find(string set, SetKey key) => Lookups.GetValue(table.Sets[set], found => new(found)).Find(key);

    private static string NameOf(Direction direction, FirewallPacket packet) => direction == Direction.In ? packet.InterfaceIn : packet.InterfaceOut;

    private static System.Net.IPAddress AddressOf(Side side, FirewallPacket packet) => side == Side.Source ? packet.Source : packet.Destination;

    private static ushort? PortOf(Side side, FirewallPacket packet) => side == Side.Source ? packet.SourcePort : packet.DestinationPort;

    /// <summary>A packet on its way through the chains, with what they have marked on it.</summary>
    private sealed class Passage(FirewallPacket packet)
    {
        public FirewallPacket Packet => packet;

        public bool IsAllowed { get; set; }

        /// <summary>The origin of the rule that allowed it.</summary>
        public string AllowedBy { get; set; } = "";
    }

    /// <summary>A set made ready for many look-ups.</summary>
    private sealed class SetLookup
    {
        private readonly Dictionary<SetKey, SetElement> _keys = [];
        private readonly SetElement[] _ranges = [];

        public SetLookup(FirewallSet set)
        {
            if (set.IsInterval)
                _ranges = [.. set.Elements.OrderBy(element => element.First)];
            else
                _keys = set.Elements.ToDictionary(element => element.First);
        }

        public SetElement? Find(SetKey key)
        {
            if (_ranges.Length == 0)
                return _keys.TryGetValue(key, out var element) ? element : null;

            var (low, high) = (0, _ranges.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (key < _ranges[middle].First)
                    high = middle - 1;
                else if (key > _ranges[middle].Last)
                    low = middle + 1;
                else
                    return _ranges[middle];
            }

            return null;
        }
    }
}
