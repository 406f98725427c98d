using System.Net;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Plugins.Offline;

namespace Calico.Plugins.Attaching;

using Endpoint = Resource<WorkloadEndpointSpec>;

/// <summary>The workload endpoints of this host: in the store, and a copy here of those that this process may ask about often.</summary>
/// <remarks>
/// This process alone makes and removes them, so the copy, read once, stays true; it is read anew by <see cref="ReloadAsync"/>.
/// Only the namespace <see cref="Namespace"/> is looked at: what other orchestrators make elsewhere is theirs.
/// </remarks>
internal sealed class LocalEndpoints(string node, IStore store, ResourceStore resources, LocalBooks books)
{
    public const string Namespace = "default";

    private readonly Lock _lock = new(); // guards the two below
    private Dictionary<string, Endpoint>? _known; // by name; null: not read yet
    private int _writes; // a reading during which it has grown may have missed one, and is not kept

    public string Node => node;

    /// <summary>What is asked of the store now gets no answer, or one without what this host did last.</summary>
    public bool IsStoreAway => books.IsAway || books.Waiting > 0;

    public ResourceStore Resources => resources;

    /// <summary>All, as last known.</summary>
    public async Task<IReadOnlyList<Endpoint>> ListAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_known is not null)
                return [.. _known.Values];
        }

        return await ReloadAsync(cancellation);
    }

    /// <summary>All, as the store has them now; while it is away, as last known.</summary>
    public async Task<IReadOnlyList<Endpoint>> ReloadAsync(CancellationToken cancellation)
    {
        IReadOnlyList<Endpoint> found = [];
        if (await books.TryAsync(async () => found = await ReadAsync(cancellation)))
            return found;

        lock (_lock)
            return _known is null ? books.Endpoints : [.. _known.Values];
    }

    private async Task<IReadOnlyList<Endpoint>> ReadAsync(CancellationToken cancellation)
    {
        var writes = Volatile.Read(ref _writes);
        var prefix = StoreKeys.OfKind(Kinds.WorkloadEndpoint, Namespace) + node.Replace("-", "--", StringComparison.Ordinal) + "-";
        var listing = await store.ListAsync(prefix, cancellation);
        var found = listing.Items.Select(Read).OfType<Endpoint>().Where(endpoint => endpoint.Spec.Node == node).ToList();
        lock (_lock)
        {
            if (writes == _writes)
                _known = found.ToDictionary(endpoint => endpoint.Name);
        }

        return found;
    }

    public async Task<IReadOnlyList<Endpoint>> FindByAddressAsync(IPAddress address, CancellationToken cancellation) =>
        [.. (await ListAsync(cancellation)).Where(endpoint => endpoint.Spec.IpNetworks?.Any(net => net.BaseAddress.Equals(address)) == true)];

    /// <summary>Creates or replaces.</summary>
    public async Task PutAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        var stored = endpoint;
        if (!await books.TryAsync(async () => stored = (await resources.ApplyAsync(endpoint, cancellation)).OrThrow()))
            books.Journal.Write(JournalRecord.Put(stored = Complete(endpoint)));
        lock (_lock)
        {
            _writes++;
            _known?[stored.Name] = stored;
        }
    }

    /// <summary>Replaces one that is there still; one that has been deleted meanwhile stays so.</summary>
    /// <returns>False: somebody else has changed it since it was read; it has been read anew and the change can be made again.</returns>
    public async Task<bool> UpdateAsync(Endpoint endpoint, CancellationToken cancellation)
    {
        ResourceOutcome<Endpoint>? outcome = null;
        if (!await books.TryAsync(async () => outcome = await resources.UpdateAsync(endpoint, cancellation)))
        {
            if ((await ListAsync(cancellation)).Any(known => known.Name == endpoint.Name))
                await PutAsync(endpoint, cancellation);
            return true;
        }

        if (outcome is null or { Status: WriteStatus.NotFound })
            return true;
        if (outcome.Status == WriteStatus.Conflict)
        {
            await ReloadAsync(cancellation);
            return false;
        }

        var stored = outcome.OrThrow();
        lock (_lock)
        {
            _writes++;
            if (_known?.ContainsKey(stored.Name) == true)
                _known[stored.Name] = stored;
        }

        return true;
    }

    /// <summary>Deletes; false if it was gone already.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellation)
    {
        var wasThere = false;
        if (!await books.TryAsync(async () => wasThere = await DeleteInStoreAsync(name, cancellation)))
        {
            wasThere = books.Endpoints.Any(endpoint => endpoint.Name == name);
            books.Journal.Write(new() { Do = JournalVerb.DeleteEndpoint, Name = name });
        }

        lock (_lock)
        {
            _writes++;
            _known?.Remove(name);
        }

        return wasThere;
    }

    /// <summary>Makes the profile if there is none.</summary>
    public async Task EnsureProfileAsync(Resource<ProfileSpec> profile, CancellationToken cancellation)
    {
        if (!await books.TryAsync(() => ProfileUse.EnsureAsync(resources, profile, cancellation)))
            books.Journal.Write(JournalRecord.Ensure(profile));
    }

    public static ResourceId Id(string name) => new(Kinds.WorkloadEndpoint, Namespace, name);

    /// <summary>A new endpoint of this host, its name computed from its identifiers.</summary>
    public static Endpoint New(WorkloadEndpointSpec spec, Model.Values.Labels labels) =>
        new(Kinds.WorkloadEndpoint, new Metadata { Name = WorkloadEndpointName.Of(spec), Namespace = Namespace, Labels = labels }, spec);

    private async Task<bool> DeleteInStoreAsync(string name, CancellationToken cancellation)
    {
        var outcome = await resources.DeleteAsync(Id(name), resourceVersion: null, cancellation);
        return outcome.IsDone || outcome.Status == WriteStatus.NotFound ? outcome.IsDone : throw new ResourceException(outcome.Status, outcome.Message);
    }

    /// <summary>As the store would keep it, whichever version it has there.</summary>
    private static Endpoint Complete(Endpoint endpoint)
    {
        try
        {
            return (Endpoint)ResourceStore.Complete(endpoint with { Metadata = endpoint.Metadata with { ResourceVersion = null } });
        }
        catch (FormatException e)
        {
            throw new PluginException(e.Message, e);
        }
    }

    private static Endpoint? Read(StoredValue stored)
    {
        try
        {
            return StoreKeys.Parse(stored.Key) is StoreName.OfResource of ? StoreCodec.Read<WorkloadEndpointSpec>(of.Id, stored) : null;
        }
        catch (UnreadableException)
        {
            return null; // passed over, as every list does
        }
    }
}
