namespace Calico.Netlink.Routing;

/// <summary>How far away a destination is (RT_SCOPE_*).</summary>
public enum RouteScope : byte
{
    Universe = 0,
    Site = 200,

    /// <summary>On the link itself.</summary>
    Link = 253,

    /// <summary>On this host.</summary>
    Host = 254,
    Nowhere = 255,
}
