using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;

namespace Calico.Bgpd.Configuration;

/// <summary>Reads one entry of "peers".</summary>
internal static class PeerSection
{
    /// <param name="asn">The router's own AS.</param>
    /// <param name="holdTime">What the file says for all peers.</param>
    public static PeerEntry Read(JsonFields fields, uint asn, TimeSpan? holdTime)
    {
        var range = fields.Find("range")?.AsPrefix();
        var address = range is null ? fields.Require("address").AsAddress() : fields.Find("address") is null
            ? range.Value.BaseAddress
            : throw fields.Fault("address and range contradict each other: give one of them");
        var peerAs = fields.Require("asn").AsNumber(1, uint.MaxValue);
        var localAs = fields.Find("localAsn")?.AsNumber(1, uint.MaxValue);

        // RFC 8212: towards another AS nothing is taken or told without a policy that says so.
        var unsaid = peerAs == (localAs ?? asn) ? RoutePolicy.AcceptAll : RoutePolicy.RejectAll;
        var peer = new PeerConfiguration
        {
            Name = fields.Find("name")?.AsText() ?? address.ToString(),
            Address = address,
            As = peerAs,
            LocalAs = localAs,
            LocalAddress = fields.Find("localAddress")?.AsAddress(),
            Port = (int?)fields.Find("port")?.AsNumber(1, ushort.MaxValue) ?? SpeakerConfiguration.DefaultPort,
            Passive = fields.Find("passive")?.AsFlag() ?? false,
            RouteReflectorClient = fields.Find("routeReflectorClient")?.AsFlag() ?? false,
            AddPath = fields.Find("addPath")?.AsOneOf(
                ("none", AddPathMode.None), ("receive", AddPathMode.Receive), ("send", AddPathMode.Send), ("both", AddPathMode.Both)) ?? AddPathMode.None,
            AllowOwnAs = (int?)fields.Find("allowOwnAs")?.AsNumber(0, 10) ?? 0,
            NextHop = ReadNextHop(fields),
            Import = fields.Find("import") is { } import ? PolicySection.Read(import) : unsaid,
            Export = fields.Find("export") is { } export ? PolicySection.Read(export) : unsaid,
        };
        peer = ReadSession(fields, peer);
        if ((fields.Find("holdTime")?.AsSeconds(0, ushort.MaxValue) ?? holdTime) is { } hold)
            peer = peer with { HoldTime = hold };
        if (fields.Find("connectRetry")?.AsSeconds(1, 3600) is { } retry)
            peer = peer with { ConnectRetry = retry };
        if (fields.Find("families") is { } families)
            peer = peer with { Families = ReadFamilies(families) };
        var most = (int?)fields.Find("rangeLimit")?.AsNumber(1, 100000);
        fields.End();
        return range is { } addresses
            ? new(null, new PeerRange(fields.Find("name") is null ? $"{addresses}" : peer.Name, addresses, peer) { Limit = most ?? 1000 })
            : new(peer, null);
    }

    /// <summary>What the session is asked for beyond the addresses and numbers.</summary>
    private static PeerConfiguration ReadSession(JsonFields fields, PeerConfiguration peer) => peer with
    {
        Password = fields.Find("password")?.AsText(),
        TtlSecurity = (int?)fields.Find("ttlSecurity")?.AsNumber(1, 254),
        Ttl = (int?)fields.Find("ttl")?.AsNumber(1, 255),
        Limit = fields.Find("maxPrefixes") is { } limit ? ReadLimit(limit) : null,
        GracefulRestart = fields.Find("gracefulRestart")?.AsOneOf(("off", GracefulRestartMode.Off), ("helper", GracefulRestartMode.Helper), ("full", GracefulRestartMode.Full))
            ?? GracefulRestartMode.Full,
        RestartTime = fields.Find("restartTime")?.AsSeconds(0, 4095),
        NotificationRestart = fields.Find("notificationRestart")?.AsFlag() ?? false,
        LongLivedStaleTime = fields.Find("longLivedStaleTime")?.AsSeconds(1, 0xffffff),
        Bfd = fields.Find("bfd") is { } bfd ? ReadBfd(bfd) : null,
        Role = fields.Find("role") is { } role ? ReadRole(role) : null,
        StrictRole = fields.Find("strictRole")?.AsFlag() ?? false,
        Shutdown = fields.Find("shutdown")?.AsText(),
        KeepaliveTime = fields.Find("keepaliveTime")?.AsSeconds(1, 21845),
    };

    /// <summary>A number, or {"maximum", "action", "warnAt", "restartAfter"}.</summary>
    private static PrefixLimit ReadLimit(JsonValue value)
    {
        if (value.Element.ValueKind == System.Text.Json.JsonValueKind.Number)
            return new((int)value.AsNumber(1, int.MaxValue), PrefixLimitAction.Restart);

        var fields = value.AsFields();
        var action = fields.Find("action")?.AsOneOf(("warn", PrefixLimitAction.Warn), ("restart", PrefixLimitAction.Restart), ("shut", PrefixLimitAction.Shut));
        var limit = new PrefixLimit((int)fields.Require("maximum").AsNumber(1, int.MaxValue), action ?? PrefixLimitAction.Restart)
        {
            WarnAt = (int?)fields.Find("warnAt")?.AsNumber(1, 100) ?? 75,
            RestartAfter = fields.Find("restartAfter")?.AsSeconds(1, 86400) ?? TimeSpan.FromMinutes(1),
        };
        fields.End();
        return limit;
    }

    /// <summary>true, false, or {"intervalMs", "multiplier", "multihop"}.</summary>
    private static BfdSettings? ReadBfd(JsonValue value)
    {
        if (value.Element.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False)
            return value.AsFlag() ? BfdSettings.Default : null;

        var fields = value.AsFields();
        var interval = fields.Find("intervalMs")?.AsNumber(10, 60000);
        var multiplier = fields.Find("multiplier")?.AsNumber(1, 255);
        var settings = new BfdSettings(
            interval is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : BfdSettings.Default.Interval, (byte)(multiplier ?? BfdSettings.Default.Multiplier))
        {
            Multihop = fields.Find("multihop")?.AsFlag() ?? false,
        };
        fields.End();
        return settings;
    }

    private static BgpRole ReadRole(JsonValue value) => value.AsOneOf(
        ("provider", BgpRole.Provider), ("customer", BgpRole.Customer), ("peer", BgpRole.Peer), ("routeServer", BgpRole.RouteServer), ("routeServerClient", BgpRole.RouteServerClient));

    private static NextHopRule ReadNextHop(JsonFields fields)
    {
        var self = fields.Find("nextHopSelf")?.AsFlag() ?? false;
        var keep = fields.Find("nextHopUnchanged")?.AsFlag() ?? false;
        return (self, keep) switch
        {
            (true, true) => throw fields.Fault("nextHopSelf and nextHopUnchanged contradict each other: set one of them"),
            (true, _) => NextHopRule.Self,
            (_, true) => NextHopRule.Unchanged,
            _ => NextHopRule.Standard,
        };
    }

    private static ValueArray<Family> ReadFamilies(JsonValue value)
    {
        var families = value.AsList(family => family.AsOneOf(("ipv4", Family.IPv4Unicast), ("ipv6", Family.IPv6Unicast)));
        return families.Count > 0 && families.Distinct().Count() == families.Count
            ? families.ToValueArray()
            : throw value.Fault("names no family, or one twice: write [\"ipv4\"], [\"ipv6\"] or both");
    }
}

/// <summary>One entry of "peers": a peer, or a range of them.</summary>
internal sealed record PeerEntry(PeerConfiguration? Peer, PeerRange? Range);
