namespace Calico.Bgp;

/// <summary>What a speaker is to its external peer (RFC 9234 §4.1); the numbers are those on the wire.</summary>
public enum BgpRole
{
    Provider = 0,
    RouteServer = 1,
    RouteServerClient = 2,
    Customer = 3,
    Peer = 4,
}

internal static class BgpRoles
{
    /// <summary>RFC 9234 §4.2: what the other side must be. Null of a role that there is not.</summary>
    public static BgpRole? Counterpart(this BgpRole role) => role switch
    {
        BgpRole.Provider => BgpRole.Customer,
        BgpRole.Customer => BgpRole.Provider,
        BgpRole.RouteServer => BgpRole.RouteServerClient,
        BgpRole.RouteServerClient => BgpRole.RouteServer,
        BgpRole.Peer => BgpRole.Peer,
        _ => null,
    };
}
