using System.Security.Cryptography;
using System.Text;

namespace Calico.Dataplane.Firewall;

/// <summary>Names in the table, all such that nft(8) takes them without quotes: a letter, then letters, digits, and any of <c>/ - _ .</c></summary>
internal static class TableNames
{
    public const string FromEndpoint = "from-endpoint";
    public const string ToEndpoint = "to-endpoint";

    private const int LongestChain = 100;

    /// <summary>The addresses that each interface may send from.</summary>
    public static string Sources(int version) => $"sources{version}";

    public static string Pools(int version) => $"pools{version}";

    public static string NatOutgoingPools(int version) => $"nat-pools{version}";

    /// <summary>The kind of set stands in the name, since a set cannot change its kind.</summary>
    public static string Selected(string selectorId, int version, bool isInterval) =>
        $"{(isInterval ? "nets" : "hosts")}{version}/{selectorId[(selectorId.IndexOf(':', StringComparison.Ordinal) + 1)..]}";

    public static string Networks(string content, int version) => $"nets{version}/{Hash(content)}";

    public static string Ports(string content) => $"ports/{Hash(content)}";

    public static string Group(Direction direction, string content) => $"{(direction == Direction.In ? "from" : "to")}/{Hash(content)}";

    /// <param name="ingress">The rules for what comes to an endpoint.</param>
    public static string Rules(Model.Hosts.RulesId id, bool ingress)
    {
        var name = $"{(ingress ? "in" : "out")}/{id.Kind}/{(id.Namespace is null ? "" : id.Namespace + "/")}{id.Name}";
        return name.Length <= LongestChain ? name : $"{name[..(LongestChain - 17)]}-{Hash(name)}";
    }

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
}
