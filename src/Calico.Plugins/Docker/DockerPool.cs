using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Docker.Protocol;

namespace Calico.Plugins.Docker;

/// <summary>What Docker calls a pool: all of Calico's pools of a family, or the part of them that <c>--subnet</c> names.</summary>
/// <param name="Range">The whole family (0.0.0.0/0), or the subnet.</param>
internal sealed record DockerPool(IPNetwork Range)
{
    private const string AnyIPv4 = "CalicoPoolIPv4", AnyIPv6 = "CalicoPoolIPv6";

    public bool IsIPv4 => Range.IsIPv4;

    /// <summary>True when any pool of the family will do.</summary>
    public bool IsAny => Range.PrefixLength == 0;

    public IPNetwork Everything => Range.BaseAddress.Truncate(0);

    /// <summary>As Calico's driver named them.</summary>
    public string Id => IsAny ? IsIPv4 ? AnyIPv4 : AnyIPv6 : Range.ToString();

    /// <exception cref="PluginException">It is no id of ours.</exception>
    public static DockerPool Parse(string? id) => id switch
    {
        AnyIPv4 => new(new IPNetwork(IPAddress.Any, 0)),
        AnyIPv6 => new(new IPNetwork(IPAddress.IPv6Any, 0)),
        { Length: > 0 } when AddressArithmetic.TryParseNetwork(id, out var range) => new(range),
        _ => throw new PluginException($"PoolID '{id}' is unknown: it is none that {DriverNames.Ipam} has given out"),
    };

    /// <param name="request">Of a new network.</param>
    /// <param name="pools">All there are.</param>
    /// <exception cref="PluginException">It cannot be had; the message says why and what can.</exception>
    public static DockerPool Choose(RequestPoolRequest request, IReadOnlyList<Resource<IPPoolSpec>> pools)
    {
        if (request.Options is { Count: > 0 } options)
            throw new PluginException($"Arbitrary options are not supported: --ipam-opt {string.Join(", ", options.Keys)}");
        if (!string.IsNullOrEmpty(request.SubPool))
            throw new PluginException(
                $"Calico IPAM does not support sub pools (--ip-range {request.SubPool}): give the range as --subnet; it may be part of a pool");

        var chosen = string.IsNullOrEmpty(request.Pool) ? Parse(request.V6 ? AnyIPv6 : AnyIPv4) : new(Subnet(request.Pool, request.V6));
        var family = pools.Where(pool => pool.Spec.Cidr.IsIPv4 == chosen.IsIPv4).ToList();
        if (chosen.IsAny && family.TrueForAll(pool => pool.Spec.Disabled == true))
            throw new PluginException(
                $"there is no enabled {Family(chosen)} pool to take addresses from; {Existing(family)}: make one with calicoctl create -f");
        if (chosen.IsAny || family.Exists(pool => pool.Spec.Cidr.Covers(chosen.Range)))
            return chosen;

        var partly = family.Find(pool => pool.Spec.Cidr.Overlaps(chosen.Range));
        var fault = partly is null ? $"does not; {Existing(family)}" : $"is more than the pool {Shown(partly)}";
        throw new PluginException($"The requested subnet must match the CIDR of a configured Calico IP Pool or lie within one: {chosen.Range} {fault}");
    }

    private static IPNetwork Subnet(string text, bool isIPv6)
    {
        if (!AddressArithmetic.TryParseNetwork(text, out var subnet))
            throw new PluginException($"--subnet {text} is not a prefix such as 192.168.0.0/16 with no host bits set");

        return subnet.IsIPv4 != isIPv6 ? subnet : throw new PluginException($"--subnet {text} is not {(isIPv6 ? "IPv6" : "IPv4")}");
    }

    private static string Existing(List<Resource<IPPoolSpec>> pools) => pools.Count == 0
        ? "there is no pool of that family"
        : $"there {(pools.Count == 1 ? "is" : "are")} {string.Join(", ", pools.Select(Shown))}";

    private static string Shown(Resource<IPPoolSpec> pool) => $"{pool.Name} ({pool.Spec.Cidr}{(pool.Spec.Disabled == true ? ", disabled" : "")})";

    private static string Family(DockerPool pool) => pool.IsIPv4 ? "IPv4" : "IPv6";
}
