using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>Links, addresses, routes and neighbours of one network namespace: rtnetlink(7).</summary>
/// <remarks>
/// Safe for use from several threads; each call is one synchronous exchange with the kernel and takes microseconds, a listing
/// of a large table milliseconds. It stays in the namespace it was opened in.
/// </remarks>
public sealed class RouteSocket : IDisposable
{
    private readonly NetlinkSocket _socket;

    private RouteSocket(NetlinkSocket socket)
    {
        _socket = socket;
        Links = new LinkTable(socket);
        Addresses = new AddressTable(socket);
        Routes = new RouteTable(socket);
        Neighbours = new NeighbourTable(socket);
        Rules = new RuleTable(socket);
    }

    public LinkTable Links { get; }

    public AddressTable Addresses { get; }

    public RouteTable Routes { get; }

    public NeighbourTable Neighbours { get; }

    public RuleTable Rules { get; }

    /// <param name="inside">The namespace to talk about; null for that of the calling thread.</param>
    public static RouteSocket Open(NetworkNamespace? inside = null) => new(NetlinkSocket.Open(NetlinkSocket.Route, inside));

    public void Dispose() => _socket.Dispose();
}
