using System.Globalization;
using System.Text.Json;
using Calico.Bgp.Attributes;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;

namespace Calico.Bgpd.Configuration;

/// <summary>Reads "import" or "export" of a peer: "all", "none", or rules of which the first that accepts or rejects decides.</summary>
internal static class PolicySection
{
    public static RoutePolicy Read(JsonValue value)
    {
        if (value.IsList)
            return ReadRules(value);
        if (value.Element.ValueKind == JsonValueKind.String)
            return value.AsOneOf(("all", RoutePolicy.AcceptAll), ("none", RoutePolicy.RejectAll));

        throw value.Fault("is neither \"all\" nor \"none\" nor a list of rules: write one of them");
    }

    private static RoutePolicy.Ordered ReadRules(JsonValue value)
    {
        try
        {
            return new(value.AsList(rule => ReadRule(rule.AsFields())).ToValueArray(), Otherwise: false);
        }
        catch (ArgumentException e)
        {
            throw value.Fault(e.Message);
        }
    }

    private static PolicyRule ReadRule(JsonFields fields)
    {
        var rule = new PolicyRule(fields.Require("action").AsOneOf(
            ("accept", PolicyAction.Accept), ("reject", PolicyAction.Reject), ("continue", PolicyAction.Continue)))
        {
            Match = ReadMatch(fields),
            Set = fields.Find("set") is { } set ? ReadActions(set.AsFields()) : null,
        };
        fields.End();
        return rule is { Action: PolicyAction.Reject, Set: not null }
            ? throw fields.Fault("\"set\" changes nothing about a route that is rejected: leave one of them out")
            : rule;
    }

    private static RouteMatch ReadMatch(JsonFields fields)
    {
        var match = new RouteMatch
        {
            Within = fields.Find("prefix")?.AsPrefix(),
            IsOutside = fields.Find("outside")?.AsFlag() ?? false,
            Origin = fields.Find("source")?.AsOneOf(("own", RouteOrigin.Own), ("peers", RouteOrigin.Peers)),
            PeerIsInternal = fields.Find("peerType")?.AsOneOf(("internal", true), ("external", false)),
            FromPeer = fields.Find("fromPeer")?.AsText(),
            Interface = fields.Find("interface")?.AsText(),
            Communities = fields.Find("communities")?.AsList(AsCommunity).ToValueArray() ?? [],
            LargeCommunities = fields.Find("largeCommunities")?.AsList(AsLargeCommunity).ToValueArray() ?? [],
            AsPathPrefix = fields.Find("asPathPrefix")?.AsList(AsNumber).ToValueArray() ?? [],
            LocalPreference = fields.Find("localPref")?.AsNumber(0, uint.MaxValue),
        };
        var longest = match.Within is { BaseAddress.AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } ? 128u : 32u;
        var least = (uint)(match.Within?.PrefixLength ?? 0);
        match = match with
        {
            MinLength = (int?)fields.Find("minLength")?.AsNumber(least, longest),
            MaxLength = (int?)fields.Find("maxLength")?.AsNumber(least, longest),
        };
        return match is { Within: null } and not { MinLength: null, MaxLength: null, IsOutside: false }
            ? throw fields.Fault("minLength, maxLength and outside say something of a prefix: add \"prefix\"")
            : match;
    }

    private static RouteActions ReadActions(JsonFields fields)
    {
        var actions = new RouteActions
        {
            AddCommunities = fields.Find("addCommunities")?.AsList(AsCommunity).ToValueArray() ?? [],
            AddLargeCommunities = fields.Find("addLargeCommunities")?.AsList(AsLargeCommunity).ToValueArray() ?? [],
            ClearsCommunities = fields.Find("clearCommunities")?.AsFlag() ?? false,
            Prepend = fields.Find("prepend")?.AsList(AsNumber).ToValueArray() ?? [],
            LocalPreference = fields.Find("localPref")?.AsNumber(0, uint.MaxValue),
            MultiExitDiscriminator = fields.Find("med")?.AsNumber(0, uint.MaxValue),
        };
        fields.End();
        return actions;
    }

    private static uint AsNumber(JsonValue value) => value.AsNumber(1, uint.MaxValue);

    private static uint AsCommunity(JsonValue value) =>
        Parts(value) is [<= ushort.MaxValue, <= ushort.MaxValue] parts
            ? parts[0] << 16 | parts[1]
            : throw value.Fault("is no community: write one such as \"65000:100\"");

    private static LargeCommunity AsLargeCommunity(JsonValue value) =>
        Parts(value) is [var global, var local1, var local2]
            ? new(global, local1, local2)
            : throw value.Fault("is no large community: write one such as \"65000:1:2\"");

    /// <returns>Null if one of them is no number.</returns>
    private static uint[]? Parts(JsonValue value)
    {
        var words = value.AsText().Split(':');
        var parts = new uint[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!uint.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out parts[i]))
                return null;
        }

        return parts;
    }
}
