using System.Collections.Immutable;
using System.Net;
using System.Text;
using Calico.Bgp.Network;

namespace Calico.Bgp;

/// <summary>What a new configuration changes: inspectable before it is put into force, and all that is then touched.</summary>
/// <param name="Reset">Peers whose sessions must end and begin anew.</param>
/// <param name="Adjusted">Peers whose sessions go on under other rules.</param>
public sealed record ConfigurationChange(
    ImmutableArray<PeerConfiguration> Added,
    ImmutableArray<PeerConfiguration> Removed,
    ImmutableArray<PeerConfiguration> Reset,
    ImmutableArray<PeerConfiguration> Adjusted)
{
    public ImmutableArray<IPNetwork> Announced { get; init; } = [];

    public ImmutableArray<IPNetwork> Withdrawn { get; init; } = [];

    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty && Reset.IsEmpty && Adjusted.IsEmpty && Announced.IsEmpty && Withdrawn.IsEmpty;

    /// <param name="before">Null at the start.</param>
    public static ConfigurationChange Between(SpeakerConfiguration? before, SpeakerConfiguration after)
    {
        var old = before?.Peers.ToDictionary(peer => peer.Name) ?? [];
        var speakerIsOther = before is not null && !(before.LocalAs == after.LocalAs && before.RouterId.Equals(after.RouterId));
        var rulesAreOther = before is not null
            && !(Equals(before.ClusterId, after.ClusterId) && Equals(before.IPv4NextHop, after.IPv4NextHop) && Equals(before.IPv6NextHop, after.IPv6NextHop));
        var kept = after.Peers.Where(peer => old.ContainsKey(peer.Name)).ToList();
        var names = after.Peers.Select(peer => peer.Name).ToHashSet();

        return new(
            [.. after.Peers.Where(peer => !old.ContainsKey(peer.Name))],
            [.. old.Values.Where(peer => !names.Contains(peer.Name))],
            [.. kept.Where(peer => speakerIsOther || MustReset(old[peer.Name], peer))],
            [.. kept.Where(peer => !speakerIsOther && !MustReset(old[peer.Name], peer) && (rulesAreOther || peer != old[peer.Name]))])
        {
            Announced = [.. Equals(before?.OriginCommunities, after.OriginCommunities) ? after.Originated.Except(before?.Originated ?? []) : after.Originated],
            Withdrawn = [.. before?.Originated.Except(after.Originated) ?? []],
        };
    }

    /// <exception cref="ArgumentException">The configuration contradicts itself.</exception>
    public static void Check(SpeakerConfiguration configuration)
    {
        if (configuration.LocalAs == 0 || configuration.Peers.Any(peer => peer.As == 0 || peer.LocalAs == 0))
            throw new ArgumentException("AS 0 cannot be used: set an AS from 1 to 4294967295");
        if (configuration.RouterId.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || configuration.RouterId.Equals(IPAddress.Any))
            throw new ArgumentException($"the router id {configuration.RouterId} is no IPv4 address: set one that is unique in the network");

        foreach (var peer in configuration.Peers.Concat(configuration.Ranges.Select(range => range.Peer with { Name = range.Name })))
            Check(peer);
        if (configuration.Ranges.GroupBy(range => range.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"there are {twice.Count()} ranges of peers with the name {twice.Key}: give each its own");
        if (configuration.Peers.GroupBy(peer => peer.Name).FirstOrDefault(same => same.Count() > 1) is { } name)
            throw new ArgumentException($"there are {name.Count()} peers with the name {name.Key}: give each its own");
        if (configuration.Peers.GroupBy(peer => peer.Address).FirstOrDefault(same => same.Count() > 1) is { } address)
            throw new ArgumentException($"there are {address.Count()} peers with the address {address.Key}: configure it once");
    }

    private static void Check(PeerConfiguration peer)
    {
        if (peer.HoldTime.TotalSeconds is > 0 and < 3 or < 0 or > ushort.MaxValue)
            throw new ArgumentException($"peer {peer.Name} has a hold time of {peer.HoldTime}: set 0, or 3 to 65535 seconds");
        if (peer.TtlSecurity is < 1 or > 254)
            throw new ArgumentException($"peer {peer.Name} has a TTL security of {peer.TtlSecurity} hops: set 1 to 254");
        if (peer.Ttl is < 1 or > 255)
            throw new ArgumentException($"peer {peer.Name} has a TTL of {peer.Ttl}: set 1 to 255");
        if (peer.Password is { } password && Encoding.UTF8.GetByteCount(password) is < 1 or > SocketSecurity.LongestKey)
            throw new ArgumentException($"the password of peer {peer.Name} is empty or too long: TCP's MD5 signatures take 1 to {SocketSecurity.LongestKey} octets");
        if (peer.Limit is { } limit && (limit.Maximum < 1 || limit.WarnAt is < 1 or > 100 || limit.RestartAfter <= TimeSpan.Zero))
            throw new ArgumentException($"peer {peer.Name} has the limit {limit}: set a maximum of 1 or more, warnAt from 1 to 100 percent, and a time to wait");
        if (peer.Bfd is { } bfd && (bfd.Interval.TotalMilliseconds is < 10 or > 60000 || bfd.Multiplier == 0))
            throw new ArgumentException($"peer {peer.Name} has the BFD settings {bfd}: set an interval of 10 ms to 60 s and a multiplier of 1 to 255");
        if (peer.Role is { } role && role.Counterpart() is null)
            throw new ArgumentException($"peer {peer.Name} has the role {role}, which there is not");
        if (peer.RestartTime is { } restart && restart.TotalSeconds is < 0 or > 4095)
            throw new ArgumentException($"peer {peer.Name} has a restart time of {peer.RestartTime}: set 0 to 4095 seconds");
        if (peer.AllowOwnAs < 0)
            throw new ArgumentException($"peer {peer.Name} allows our own AS {peer.AllowOwnAs} times: set 0 or more");
    }

    /// <summary>What the TCP connection runs between, and what the OPEN says that both sides must go by at once.</summary>
    private static bool MustReset(PeerConfiguration before, PeerConfiguration after) =>
        (before.As, before.LocalAs) != (after.As, after.LocalAs)
        || !before.Address.Equals(after.Address)
        || !Equals(before.LocalAddress, after.LocalAddress)
        || (before.Role, before.StrictRole) != (after.Role, after.StrictRole)
        || before.AddPath != after.AddPath
        || !before.Families.Equals(after.Families);
}
