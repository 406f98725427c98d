using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Ctl.Commands;

/// <summary>The store for as long as one command needs it.</summary>
internal sealed class Cluster(IStore store, string author, string? reason, TimeProvider time) : IAsyncDisposable
{
    public IStore Store => store;

    public ResourceStore Resources { get; } = new(store, author, time, NullLogger.Instance) { Reason = reason };

    public IpamClient Ipam => field ??= new(store, Resources, time, NullLogger.Instance);

    /// <summary>A pool by its name or its prefix.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public async Task<Resource<IPPoolSpec>> FindPoolAsync(string word, CancellationToken cancellation)
    {
        var pools = (await Resources.ListAsync<IPPoolSpec>(Kinds.IPPool, cancellation)).Items;
        return pools.FirstOrDefault(pool => pool.Name == word || pool.Spec.Cidr.ToString() == word)
            ?? throw new CommandException($"there is no IP pool '{word}': the pools are {string.Join(", ", pools.Select(pool => $"{pool.Name} {pool.Spec.Cidr}"))}");
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}

/// <summary>Opens the store that the user's configuration names.</summary>
/// <param name="configuration">As given to <c>-c</c>; null if it was not.</param>
/// <param name="author">Who writes, kept with each change.</param>
internal delegate IStore OpenStore(string? configuration, string author);
