using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>The rules of policy routing of a namespace, of both families, as far as they go by a mark.</summary>
public sealed class RuleTable
{
    private readonly NetlinkSocket _socket;

    internal RuleTable(NetlinkSocket socket) => _socket = socket;

    /// <summary>Those that match a mark.</summary>
    public IReadOnlyList<RoutingRule> List()
    {
        var request = new RequestBuffer();
        RoutingRuleMessage.List(request);
        return _socket.List(request, RoutingRuleMessage.Decode, "list routing rules");
    }

    /// <returns>False when the very same is there already.</returns>
    public bool Add(RoutingRule rule)
    {
        var request = new RequestBuffer();
        RoutingRuleMessage.Add(request, rule);
        return _socket.TrySend(request, $"add {rule}", Errno.EEXIST);
    }

    /// <returns>False when there is none such.</returns>
    public bool Delete(RoutingRule rule)
    {
        var request = new RequestBuffer();
        RoutingRuleMessage.Remove(request, rule);
        return _socket.TrySend(request, $"delete {rule}", Errno.ENOENT);
    }
}
