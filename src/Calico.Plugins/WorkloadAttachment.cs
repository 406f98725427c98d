using Calico.Plugins.Attaching;
using Calico.Plugins.Docker;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Api;
using Calico.Plugins.Docker.Cleaning;
using Calico.Plugins.Docker.Networks;
using Calico.Plugins.Docker.Sharing;
using Calico.Plugins.Leaks;
using Calico.Plugins.Offline;
using Calico.Plugins.Plain;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins;

/// <summary>All that attaches workloads to this host, put together: Docker's two drivers, plain namespaces, and the loops behind them.</summary>
/// <remarks>Serve each of the three by a socket of its own; none of their paths is for the others' callers.</remarks>
public sealed class WorkloadAttachment : IDisposable
{
    /// <summary>What the engine tells of many containers is asked after once: each question costs an engine that has much to do already.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(150);

    private readonly WorkloadParts _parts;
    private readonly DockerSettings _settings;
    private readonly DockerApi _docker;
    private readonly NetworkDriver _network;
    private readonly IpamDriver _ipam;
    private readonly PlainApi _plain;
    private readonly Completion _completion;
    private readonly Naming _naming;
    private readonly Signal _answers, _again; // the engine has begun to answer; containers that were refused may be started
    private readonly WishedAddresses _wished;
    private readonly NetworkSharing _sharing;
    private readonly StaleEndpoints _stale;
    private readonly ScopeSource _scope;
    private readonly WriteBack _writeBack;
    private readonly ReserveKeeper _reserve;
    private readonly LeakWatch _leaks;

    public WorkloadAttachment(WorkloadParts parts, DockerSettings settings)
    {
        (_parts, _settings) = (parts, settings);
        var time = parts.Time;
        _docker = new DockerApi(settings.EngineSocket, time);
        _scope = new ScopeSource(settings.Scope, _docker, time, Log<ScopeSource>());

        var endpoints = new LocalEndpoints(parts.Node, parts.Store, parts.Resources, parts.Books);
        var addresses = new WorkloadAddresses(parts.Node, parts.Store, parts.Resources, parts.Ipam, parts.Books);
        var attacher = new Attacher(endpoints, parts.Links, parts.Programmed, time, Log<Attacher>());

        var networks = new NetworkDirectory(new(
            Path.Combine(settings.StateFolder, "networks.json"), NetworkFactsJson.Default.DictionaryStringNetworkFacts, Log<NetworkDirectory>()));
        var lookup = new ContainerLookup(_docker, networks, time, Log<ContainerLookup>());
        _completion = new Completion(endpoints, lookup, _docker, new Signal(time, Gather), Log<Completion>());
        _answers = new Signal(time);
        _again = new Signal(time, Gather);
        _naming = new Naming(endpoints, _docker, new Signal(time, Gather), Log<Naming>());
        var access = new AccessProfiles(parts.Resources);
        _network = new NetworkDriver(new DockerEndpoints(attacher, endpoints, lookup, _completion, access, time), networks, _scope, endpoints);
        _wished = new WishedAddresses(
            _docker, parts.Ipam, new(Path.Combine(settings.StateFolder, "addresses.json"), WishedAddressesJson.Default.WishedAddressesState, Log<WishedAddresses>()), new Signal(time, Gather), Log<WishedAddresses>());
        _ipam = new IpamDriver(addresses, attacher, endpoints, Log<IpamDriver>());

        var agreed = new StateFile<Agreed>(Path.Combine(settings.StateFolder, "shared.json"), AgreedJson.Default.Agreed, Log<NetworkSharing>());
        _sharing = new NetworkSharing(_docker, parts.Resources, agreed, new Signal(time), Log<NetworkSharing>());
        var engine = new EngineView(_docker, networks);
        _stale = new StaleEndpoints(attacher, endpoints, addresses, engine, access, _again, Log<StaleEndpoints>());
        _leaks = new LeakWatch(parts, endpoints, settings.IsEnabled ? engine : null, Log<LeakWatch>());
        _writeBack = new WriteBack(parts.Books, parts, addresses, new Signal(time), _again, Log<WriteBack>());
        _reserve = new ReserveKeeper(parts.Books, parts, Log<ReserveKeeper>());
        _plain = new PlainApi(new PlainWorkloads(attacher, endpoints, addresses, time, Log<PlainWorkloads>()), time, Log<PlainApi>());
    }

    /// <summary>For <c>/run/docker/plugins/calico.sock</c>.</summary>
    public void MapNetworkDriver(IEndpointRouteBuilder routes) => _network.Map(routes, _settings.CallTime, _parts.Time, Log<NetworkDriver>());

    /// <summary>For <c>/run/docker/plugins/calico-ipam.sock</c>.</summary>
    public void MapIpamDriver(IEndpointRouteBuilder routes) => _ipam.Map(routes, _settings.CallTime, _parts.Time);

    /// <summary>For the node's own socket: <c>POST /workloads</c>, <c>DELETE /workloads/NAME</c>.</summary>
    public void MapLocalApi(IEndpointRouteBuilder routes) => _plain.Map(routes);

    /// <summary>The loops: sharing networks, completing and cleaning up endpoints, writing back what was done without the store. Runs until cancelled; without an engine they wait for one.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        _settings.IsEnabled ? FollowEngineAsync(cancellation) : Task.CompletedTask,
        _stale.RunAsync(_parts.Links, asksEngine: _settings.IsEnabled, _answers, cancellation),
        _writeBack.RunAsync(cancellation),
        _reserve.RunAsync(cancellation),
        _leaks.RunAsync(cancellation));

    public void Dispose() => _docker.Dispose();

    private async Task FollowEngineAsync(CancellationToken cancellation)
    {
        var follower = new EngineFollower(_docker, _parts.Time, Log<EngineFollower>());
        var failed = new FailedStarts(_docker, Log<FailedStarts>());
        await Task.WhenAll(
            follower.RunAsync(OnEngine, cancellation),
            StartFailedAsync(failed, _again, cancellation),
            _completion.RunAsync(cancellation),
            _wished.RunAsync(cancellation),
            _naming.RunAsync(cancellation),
            _sharing.RunAsync(_scope, cancellation),
            _sharing.FollowAsync(_parts.Store, _parts.Time, cancellation));
    }

    private static async Task StartFailedAsync(FailedStarts failed, Signal again, CancellationToken cancellation)
    {
        while (true)
        {
            if (await again.WaitAsync(TimeSpan.FromHours(1), cancellation))
                await failed.LookAsync(cancellation);
        }
    }

    private void OnEngine(EngineEvent? happened)
    {
        if (happened is null)
        {
            _answers.Set();
            _again.Set();
        }

        _wished.Hear(happened);
        if (happened is null or { Type: "network", Action: "create" or "destroy" })
            _sharing.Wake();
        if (happened is null or { Type: "container", Action: "start" or "create" })
            _completion.Wake();
        _naming.Hear(happened);
    }

    private ILogger Log<T>() => _parts.Logs.CreateLogger<T>();
}
