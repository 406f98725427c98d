using System.Net;

namespace Calico.Netlink.Routing;

/// <summary>Says by which interface this host sends to an address; asks the kernel about each at most once a second. For one thread.</summary>
/// <param name="socket">Stays the caller's.</param>
/// <param name="time">Of the seconds.</param>
public sealed class WaysOut(RouteSocket socket, TimeProvider time)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(1);

    private readonly Dictionary<IPAddress, string?> _known = [];
    private long _since = time.GetTimestamp();

    /// <returns>The interface's name; null if nothing leads there.</returns>
    public string? InterfaceTo(IPAddress address)
    {
        if (time.GetElapsedTime(_since) > Lasts)
        {
            _known.Clear();
            _since = time.GetTimestamp();
        }

        if (!_known.TryGetValue(address, out var name))
            _known[address] = name = Ask(address);
        return name;
    }

    private string? Ask(IPAddress address)
    {
        try
        {
            return LinkTo(address) is { } link ? socket.Links.Find(link)?.Name : null;
        }
        catch (NetlinkException)
        {
            return null; // an address that the kernel will not route by
        }
    }

    private int? LinkTo(IPAddress address) => address is { IsIPv6LinkLocal: true, ScopeId: > 0 }
        ? (int)address.ScopeId // it is on one link only, which its scope says
        : socket.Routes.Match(address) is { NextHops: [var first, ..] } ? first.Link : null;
}
