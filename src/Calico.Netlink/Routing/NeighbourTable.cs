using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>The neighbours of a namespace's links, of both families.</summary>
public sealed class NeighbourTable
{
    private readonly NetlinkSocket _socket;

    internal NeighbourTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>All entries, proxies last.</summary>
    public IReadOnlyList<Neighbour> List() => [.. List(proxies: false), .. List(proxies: true)];

    /// <summary>Puts an entry in place of any for the same address on the same link.</summary>
    public void Put(Neighbour neighbour)
    {
        var request = new RequestBuffer();
        NeighbourMessage.Put(request, neighbour);
        _socket.TrySend(request, $"put neighbour {neighbour}");
    }

    /// <returns>False when there is none for that address on that link.</returns>
    public bool Delete(Neighbour neighbour)
    {
        var request = new RequestBuffer();
        NeighbourMessage.Remove(request, neighbour);
        return _socket.TrySend(request, $"delete neighbour {neighbour}", Errno.ENOENT, Errno.ENODEV);
    }

    private List<Neighbour> List(bool proxies)
    {
        var request = new RequestBuffer();
        NeighbourMessage.List(request, proxies);
        return _socket.List(request, NeighbourMessage.Decode, "list neighbours");
    }
}
