using System.Collections.Concurrent;
using System.Net;
using Calico.Netlink;
using Calico.Plugins.Attaching;
using Calico.Plugins.Leaks;

namespace Calico.Tests.Plugins;

/// <summary>Links and dataplane in memory; either can be made to refuse.</summary>
internal sealed class FakeKernel : IWorkloadLinks, IEndpointProgrammed, IHostAddresses
{
    public ConcurrentDictionary<string, VethPair> Links { get; } = new();

    /// <summary>Addresses that it has to do with.</summary>
    public HashSet<IPAddress> Known { get; } = [];

    public NetlinkException? Refusal { get; set; }

    /// <summary>The dataplane gets nothing done.</summary>
    public bool IsStuck { get; set; }

    public IReadOnlySet<IPAddress> Read() => Known;

    public Task CreateAsync(VethPair pair, CancellationToken cancellation)
    {
        if (Refusal is { } refusal)
            throw refusal;

        return Links.TryAdd(pair.HostSide, pair) ? Task.CompletedTask : throw new NetlinkException($"make the link {pair.HostSide}", Errno.EEXIST);
    }

    public Task DeleteAsync(string hostSide, CancellationToken cancellation)
    {
        Links.TryRemove(hostSide, out _);
        return Task.CompletedTask;
    }

    public Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlySet<string>>(Links.Keys.ToHashSet());

    public Task WaitAsync(string interfaceName, CancellationToken cancellation) =>
        IsStuck ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
}
