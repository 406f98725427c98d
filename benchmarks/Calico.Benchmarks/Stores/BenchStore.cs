using System.Net;
using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Benchmarks.Stores;

/// <summary>A store of one figure's own, on the computer's disk, gone when disposed.</summary>
internal sealed class BenchStore : IAsyncDisposable
{
    private readonly string _folder;
    private readonly EtcdCluster? _etcd;

    private BenchStore(string folder, EtcdCluster? etcd) => (_folder, _etcd) = (folder, etcd);

    public string Kind => _etcd is null ? "embedded" : "etcd";

    /// <summary>As a variable of the environment names it, and its value.</summary>
    public (string Variable, string Value) Place => _etcd is null
        ? ("CALICO_DATASTORE_PATH", File)
        : ("ETCD_ENDPOINTS", string.Join(',', _etcd.Endpoints.Select(endpoint => endpoint.GetLeftPart(UriPartial.Authority))));

    private string File => Path.Combine(_folder, "calico.db");

    /// <summary>One file; not below /tmp, which may be no disk at all.</summary>
    public static BenchStore MakeEmbedded()
    {
        var folder = Path.Combine("/var/tmp", $"calico-bench-{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return new(folder, etcd: null);
    }

    /// <exception cref="BenchException">etcd is not installed.</exception>
    public static async Task<BenchStore> StartEtcdAsync(int members)
    {
        if (!EtcdCluster.IsInstalled)
            throw new BenchException("etcd is not installed: ./dev provision");

        return new("", await EtcdCluster.StartAsync(members));
    }

    /// <summary>A connection of its own.</summary>
    public IStore Open() => Open(Place.Value);

    /// <summary>A store by the value of <see cref="Place"/>.</summary>
    public static IStore Open(string place) => Datastore.Configuration.Stores.Open(
        place.StartsWith('/') ? new() { Path = place } : new() { Etcd = new() { Endpoints = place.Split(',').Select(uri => new Uri(uri)).ToValueList() } },
        "calico-bench",
        TimeProvider.System,
        NullLogger.Instance);

    public static ResourceStore Resources(IStore store) => new(store, "calico-bench", TimeProvider.System, NullLogger.Instance);

    public static IpamClient Ipam(IStore store) => new(store, Resources(store), TimeProvider.System, NullLogger.Instance);

    public static async Task AddPoolAsync(IStore store, string cidr, int blockSize, CancellationToken cancel) => (await Resources(store).CreateAsync(
        new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = "bench" }, new() { Cidr = IPNetwork.Parse(cidr), BlockSize = blockSize }), cancel)).OrThrow();

    public async ValueTask DisposeAsync()
    {
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        else
            Directory.Delete(_folder, recursive: true);
    }
}
