using System.Collections.Frozen;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Values;

namespace Calico.Model.Store;

/// <summary>Where things stand in the store: the key layout of Calico v3 (libcalico-go/lib/backend/model).</summary>
public static class StoreKeys
{
    public const string Root = "/calico/";

    public const string Resources = "/calico/resources/v3/projectcalico.org/";

    public const string Blocks = "/calico/ipam/v2/assignment/";

    public const string Hosts = "/calico/ipam/v2/host/";

    public const string Handles = "/calico/ipam/v2/handle/";

    /// <summary>What each node says of itself: ours, beside Calico's keys.</summary>
    public const string Statuses = "/calico/status/v1/node/";

    /// <summary>Who changed resources last and when (<see cref="CommitNote"/>): ours, beside Calico's keys.</summary>
    public const string LastCommit = "/calico/history/v1/commit";

    public const string IpamConfiguration = "/calico/ipam/v2/config";

    private static readonly FrozenDictionary<string, ResourceKind>.AlternateLookup<ReadOnlySpan<char>> ByPlural =
        Kinds.All.ToFrozenDictionary(kind => kind.Plural, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All resources of a kind, or of a namespaced kind all of one namespace; ends in a slash.</summary>
    public static string OfKind(ResourceKind kind, string? ns = null) =>
        ns is null ? $"{Resources}{kind.Plural}/" : $"{Resources}{kind.Plural}/{ns}/";

    public static string Of(ResourceId id) => OfKind(id.Kind, id.Namespace) + id.Name;

    /// <summary>Of the block with this prefix, whoever has its affinity.</summary>
    public static string Block(IPNetwork block) => $"{Blocks}{Family(block)}/block/{Dashed(block)}";

    /// <summary>Of one host's claim on a block.</summary>
    public static string Affinity(string host, IPNetwork block) => AffinitiesOf(host) + $"{Family(block)}/block/{Dashed(block)}";

    public static string StatusOf(string node) => Statuses + node;

    /// <summary>All claims of one host, of both families; ends in a slash.</summary>
    public static string AffinitiesOf(string host) => $"{Hosts}{host}/";

    public static string Handle(string handleId) => Handles + handleId;

    /// <summary>What a key names; null if it is none of ours or is malformed.</summary>
    public static StoreName? Parse(string key)
    {
        if (key.StartsWith(Resources, StringComparison.Ordinal))
            return ParseResource(key.AsSpan(Resources.Length));
        if (key.StartsWith(Blocks, StringComparison.Ordinal))
            return key[Blocks.Length..].Split('/') is [_, "block", var block] && TryUndash(block, out var cidr) ? new StoreName.OfBlock(cidr) : null;
        if (key.StartsWith(Hosts, StringComparison.Ordinal))
            return key[Hosts.Length..].Split('/') is [var host, _, "block", var claimed] && TryUndash(claimed, out var claim)
                ? new StoreName.OfAffinity(host, claim)
                : null;
        return key.StartsWith(Handles, StringComparison.Ordinal) ? new StoreName.OfHandle(key[Handles.Length..]) : null;
    }

    private static StoreName.OfResource? ParseResource(ReadOnlySpan<char> rest)
    {
        var slash = rest.IndexOf('/');
        if (slash < 0 || !ByPlural.TryGetValue(rest[..slash], out var kind))
            return null;

        var name = rest[(slash + 1)..];
        var second = name.IndexOf('/');
        if (!kind.IsNamespaced)
            return second < 0 ? new(new(kind, Namespace: null, name.ToString())) : null;

        return second >= 0 && !name[(second + 1)..].Contains('/') ? new(new(kind, CommonText.Of(name[..second]), name[(second + 1)..].ToString())) : null;
    }

    private static string Family(IPNetwork network) => network.IsIPv4 ? "ipv4" : "ipv6";

    private static string Dashed(IPNetwork network) => $"{network.BaseAddress}-{network.PrefixLength}";

    private static bool TryUndash(string text, out IPNetwork network)
    {
        var dash = text.LastIndexOf('-');
        network = default;
        return dash > 0 && AddressArithmetic.TryParseNetwork($"{text[..dash]}/{text[(dash + 1)..]}", out network);
    }
}

/// <summary>What a key of the store names.</summary>
public abstract record StoreName
{
    private StoreName()
    {
    }

    public sealed record OfResource(ResourceId Id) : StoreName;

    public sealed record OfBlock(IPNetwork Cidr) : StoreName;

    public sealed record OfAffinity(string Host, IPNetwork Cidr) : StoreName;

    public sealed record OfHandle(string HandleId) : StoreName;
}
