using System.Net.Sockets;

namespace Calico.Netlink.Routing;

/// <summary>Which routes to list; what is null does not matter.</summary>
public sealed record RouteFilter
{
    public AddressFamily? Family { get; init; }

    /// <summary>Null lists every table, the kernel's own among them.</summary>
    public uint? Table { get; init; } = Route.MainTable;

    public byte? Protocol { get; init; }

    /// <summary>Routes out of this link.</summary>
    public int? Link { get; init; }
}
