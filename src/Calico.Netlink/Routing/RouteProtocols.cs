namespace Calico.Netlink.Routing;

/// <summary>Who put a route there (RTPROT_*).</summary>
public static class RouteProtocols
{
    public const byte Kernel = 2;

    /// <summary>What <c>ip route</c> gives and does not show.</summary>
    public const byte Boot = 3;
    public const byte Static = 4;

    /// <summary>Shown as <c>proto bird</c>.</summary>
    public const byte Bird = 12;
}
