namespace Calico.Netlink.Routing;

/// <summary>What a <see cref="RouteMonitor"/> hears of.</summary>
[Flags]
public enum RouteTopics
{
    None = 0,
    Links = 1,
    Addresses = 2,
    Routes = 4,
    Neighbours = 8,
}
