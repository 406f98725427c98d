using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>The links of a namespace.</summary>
public sealed class LinkTable
{
    private readonly NetlinkSocket _socket;

    internal LinkTable(NetlinkSocket socket) => _socket = socket;

    public IReadOnlyList<Link> List()
    {
        var request = new RequestBuffer();
        LinkMessage.List(request);
        return _socket.List(request, LinkMessage.Decode, "list links");
    }

    /// <returns>Null when there is none of that name.</returns>
    public Link? Find(string name) => Find(0, name);

    /// <returns>Null when there is none of that index.</returns>
    public Link? Find(int index) => Find(index, null);

    /// <summary>Makes both ends, named, addressed and placed, in one step: nothing half-made can stay behind.</summary>
    /// <returns>False when one of the names is taken where it is wanted.</returns>
    public bool CreateVeth(NewVeth veth)
    {
        var request = new RequestBuffer();
        LinkMessage.CreateVeth(request, veth);
        var made = _socket.TrySend(request, $"create veth {veth.Name} with peer {veth.Peer.Name}", Errno.EEXIST);
        GC.KeepAlive(veth); // the message names its namespaces by their descriptors
        return made;
    }

    /// <returns>False when the name is taken.</returns>
    public bool CreateBridge(string name, bool isUp = false)
    {
        var request = new RequestBuffer();
        LinkMessage.CreateBridge(request, name, isUp);
        return _socket.TrySend(request, $"create bridge {name}", Errno.EEXIST);
    }

    /// <summary>Changes a link, all in one step.</summary>
    /// <returns>False when there is no link of that index.</returns>
    /// <exception cref="NetlinkException">The kernel refuses: the new name is taken (EEXIST), the MTU is out of range (EINVAL).</exception>
    public bool Change(int index, LinkChange change)
    {
        var request = new RequestBuffer();
        LinkMessage.Change(request, index, change);
        var changed = _socket.TrySend(request, $"change link {index}: {change}", Errno.ENODEV);
        GC.KeepAlive(change); // the message names its namespace by its descriptor
        return changed;
    }

    /// <summary>Removes a link; of a veth, both ends.</summary>
    /// <returns>False when there is none of that name.</returns>
    public bool Delete(string name) => Delete(0, name);

    /// <inheritdoc cref="Delete(string)"/>
    public bool Delete(int index) => Delete(index, null);

    private Link? Find(int index, string? name)
    {
        var request = new RequestBuffer();
        LinkMessage.Find(request, index, name);
        return _socket.Find(request, LinkMessage.Decode, $"find link {name ?? index.ToString()}", Errno.ENODEV);
    }

    private bool Delete(int index, string? name)
    {
        var request = new RequestBuffer();
        LinkMessage.Remove(request, index, name);
        return _socket.TrySend(request, $"delete link {name ?? index.ToString()}", Errno.ENODEV);
    }
}
