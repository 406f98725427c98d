namespace Calico.Netlink.Routing;

/// <summary>One step of a batch: put a route (in place of any to the same destination with the same metric), or take it away.</summary>
public readonly record struct RouteChange(Route Route, bool IsRemoval)
{
    public static RouteChange Put(Route route) => new(route, IsRemoval: false);

    public static RouteChange Remove(Route route) => new(route, IsRemoval: true);

    public override string ToString() => $"{(IsRemoval ? "delete" : "put")} route {Route}";
}

/// <summary>A step that the kernel refused.</summary>
public sealed record RefusedRoute(RouteChange Change, NetlinkException Error);
