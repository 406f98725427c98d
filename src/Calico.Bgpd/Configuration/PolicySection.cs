using System.Text.Json;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;

namespace Calico.Bgpd.Configuration;

/// <summary>Reads "import" or "export" of a peer: "all", "none", or rules of which the first that matches decides.</summary>
internal static class PolicySection
{
    public static RoutePolicy Read(JsonValue value)
    {
        if (value.IsList)
            return new RoutePolicy.Prefixes(value.AsList(rule => ReadRule(rule.AsFields())).ToValueArray(), Otherwise: false);
        if (value.Element.ValueKind == JsonValueKind.String)
            return value.AsOneOf(("all", RoutePolicy.AcceptAll), ("none", RoutePolicy.RejectAll));

        throw value.Fault("is neither \"all\" nor \"none\" nor a list of rules: write one of them");
    }

    private static PrefixRule ReadRule(JsonFields fields)
    {
        var accept = fields.Require("action").AsOneOf(("accept", true), ("reject", false));
        var prefix = fields.Require("prefix").AsPrefix();
        var longest = prefix.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32u : 128u;
        var rule = new PrefixRule(prefix, accept)
        {
            MinLength = (int?)fields.Find("minLength")?.AsNumber((uint)prefix.PrefixLength, longest),
            MaxLength = (int?)fields.Find("maxLength")?.AsNumber((uint)prefix.PrefixLength, longest),
        };
        fields.End();
        return rule;
    }
}
