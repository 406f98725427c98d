using System.Security.Cryptography;
using System.Text;

namespace Calico.Dataplane.Firewall;

/// <summary>Names in the table, all such that nft(8) takes them without quotes: a letter, then letters, digits, and any of <c>/ - _ .</c></summary>
internal static class TableNames
{
    public const string FromEndpoint = "from-endpoint";
    public const string ToEndpoint = "to-endpoint";

    /// <summary>The kernel's limit, 127 bytes, less the <c>: </c> that follows.</summary>
    public const int LongestPrefix = 125;

    /// <summary>Where a packet goes that the sending workload's policy lets through: it comes back from all chains of the sender with <see cref="PacketMark.Allowed"/>.</summary>
    public const string Allow = "allow";

    private const int LongestChain = 100;

    /// <summary>The addresses that each interface may send from.</summary>
    public static string Sources(int version) => $"sources{version}";

    /// <summary>The IPv4 addresses that each interface of a workload with several may send from, answers included.</summary>
    public const string Replies = "replies4";

    public static string Pools(int version) => $"pools{version}";

    public static string NatOutgoingPools(int version) => $"nat-pools{version}";

    /// <summary>The blocks that workloads of any host have addresses of.</summary>
    public static string Blocks(int version) => $"blocks{version}";

    /// <summary>The kind of set stands in the name, since a set cannot change its kind.</summary>
    public static string Selected(string selectorId, int version, bool isInterval) =>
        $"{(isInterval ? "nets" : "hosts")}{version}/{selectorId[(selectorId.IndexOf(':', StringComparison.Ordinal) + 1)..]}";

    public static string Networks(string content, int version) => $"nets{version}/{Hash(content)}";

    public static string Ports(string content) => $"ports/{Hash(content)}";

    /// <summary>Addresses and protocols with ports.</summary>
    public static string NamedPorts(string portSetId, int version) =>
        $"ports{version}/{portSetId[(portSetId.IndexOf(':', StringComparison.Ordinal) + 1)..]}";

    /// <summary>What rules ask of packets of some addresses; one of the same content is the same chain.</summary>
    public static string Class(string content) => $"class/{Hash(content)}";

    public static string Group(Direction direction, string content) => $"{(direction == Direction.In ? "from" : "to")}/{Hash(content)}";

    /// <param name="ingress">The rules for what comes to an endpoint.</param>
    public static string Rules(Model.Hosts.RulesId id, bool ingress)
    {
        var name = $"{(ingress ? "in" : "out")}/{id.Kind}/{(id.Namespace is null ? "" : id.Namespace + "/")}{id.Name}";
        return Fitting(name);
    }

    /// <summary>Where packets end that are denied for a reason; also what the kernel says of such a packet, so no longer than it takes.</summary>
    /// <param name="ingress">They were on their way to an endpoint.</param>
    /// <param name="reason">Words joined by '/'.</param>
    /// <param name="isStaged">They are not, but would be.</param>
    public static string Denial(bool ingress, string reason, bool isStaged) => Fitting($"{(isStaged ? "would-deny" : "deny")}/{(ingress ? "in" : "out")}/{reason}");

    private static string Fitting(string name) => name.Length <= LongestChain ? name : $"{name[..(LongestChain - 17)]}-{Hash(name)}";

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16];
}
