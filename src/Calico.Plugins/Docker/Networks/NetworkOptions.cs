using System.Text.Json;
using Calico.Plugins.Docker.Protocol;

namespace Calico.Plugins.Docker.Networks;

/// <summary>What <c>docker network create</c> may ask of the driver.</summary>
internal static class NetworkOptions
{
    /// <summary>The user's <c>-o</c> pairs.</summary>
    public const string Generic = "com.docker.network.generic";

    /// <summary>The MTU of the containers' interfaces.</summary>
    public const string Mtu = "com.docker.network.driver.mtu";

    /// <summary>Of IPv4 and IPv6: what an interface must be able to carry, and what one can.</summary>
    private const int SmallestMtu = 68, LargestMtu = 65535;

    /// <exception cref="PluginException">Something was asked that cannot be had; the message names it.</exception>
    public static void Check(CreateNetworkRequest request)
    {
        var options = request.Options ?? [];
        if (options.TryGetValue(Generic, out var generic) && generic.ValueKind == JsonValueKind.Object)
            CheckGeneric(generic);

        PoolOfNetwork[] pools = [.. request.IPv4Data ?? [], .. request.IPv6Data ?? []];
        if (pools.Length == 0)
            throw new PluginException("the network has neither IPv4 nor IPv6");
        if (Array.Find(pools, pool => pool.AddressSpace is not (DriverNames.AddressSpace or "CalicoLocalAddressSpace")) is not null)
            throw new PluginException($"Non-Calico IPAM driver is used: create the network with --ipam-driver {DriverNames.Ipam}");
        if (Array.Find(pools, pool => pool.Gateway is not (null or "" or "0.0.0.0/0" or "::/0")) is not null)
            throw new PluginException(DriverNames.NoGateway);
    }

    /// <summary>Null: the kernel's own default.</summary>
    /// <exception cref="PluginException">It is there and no MTU.</exception>
    public static int? ReadMtu(string? text) => text switch
    {
        null or "" => null,
        _ when int.TryParse(text, out var mtu) && mtu is >= SmallestMtu and <= LargestMtu => mtu,
        _ => throw new PluginException($"option {Mtu}: '{text}' is not an MTU from {SmallestMtu} to {LargestMtu}"),
    };

    private static void CheckGeneric(JsonElement generic)
    {
        foreach (var option in generic.EnumerateObject())
        {
            if (option.Name != Mtu)
                throw new PluginException($"Calico driver does not know the option '{option.Name}'; it knows {Mtu}");

            ReadMtu(option.Value.ToString());
        }
    }
}
