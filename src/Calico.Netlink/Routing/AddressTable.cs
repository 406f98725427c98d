using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>The addresses of a namespace's links, of both families.</summary>
public sealed class AddressTable
{
    private readonly NetlinkSocket _socket;

    internal AddressTable(NetlinkSocket socket) => _socket = socket;

    /// <param name="link">Only this link's; null for all.</param>
    public IReadOnlyList<LinkAddress> List(int? link = null)
    {
        var request = new RequestBuffer();
        AddressMessage.List(request, link);
        return _socket.List(request, AddressMessage.Decode, "list addresses");
    }

    /// <returns>False when the link has that address already.</returns>
    public bool Add(LinkAddress address)
    {
        var request = new RequestBuffer();
        AddressMessage.Add(request, address);
        return _socket.TrySend(request, $"add address {address}", Errno.EEXIST);
    }

    /// <returns>False when the link has no such address, or there is no such link.</returns>
    public bool Delete(LinkAddress address)
    {
        var request = new RequestBuffer();
        AddressMessage.Remove(request, address);
        return _socket.TrySend(request, $"delete address {address}", Errno.EADDRNOTAVAIL, Errno.ENODEV);
    }
}
