using System.Globalization;
using System.Net;
using Calico.Calc.Evaluation;
using Calico.Datastore.Resources;
using Calico.Datastore.Sqlite;
using Calico.Lab.Machines;
using Calico.Lab.State;
using Calico.Lab.Tests.Support;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Lab.Tests.Policy;

/// <summary>The matrix between Docker's containers on two hosts, and a third host outside: policies come by the store, as a user's do.</summary>
/// <remarks>The containers' addresses lie in one block, so that half of them are borrowed from the other host's.</remarks>
public sealed class ContainerPolicyTests : IAsyncLifetime
{
    private const int Sets = 200;

    private readonly List<IResource> _applied = [];
    private LabHosts? _lab;
    private SqliteStore? _store;
    private PolicyMatrix? _matrix;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ResourceStore Resources => field ??= new(_store ?? throw new InvalidOperationException("the lab is not up"), "test", TimeProvider.System, NullLogger.Instance);

    public async ValueTask InitializeAsync()
    {
        _lab = await LabHosts.UpAsync(["--hosts", "3"], Cancel);
        _store = SqliteStore.Open(new() { Path = Path.Combine(new LabFolder(_lab.Name).Shared, "calico.db"), Author = "test" }, TimeProvider.System, NullLogger.Instance);
        await ApplyAsync(new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = "matrix" }, new() { Cidr = IPNetwork.Parse("10.0.0.0/16") }));
        await ApplyAsync(new Resource<NetworkSetSpec>(
            Kinds.GlobalNetworkSet, new() { Name = "outside", Labels = Labels.Empty.With("outside", "yes") }, new() { Nets = [IPNetwork.Parse("192.168.26.0/24")] }));
        await ApplyAsync(new Resource<ProfileSpec>(Kinds.Profile, new() { Name = "one" }, new()));
        await ApplyAsync(new Resource<ProfileSpec>(Kinds.Profile, new() { Name = "two" }, new() { Ingress = [Allow], Egress = [Allow] }));
        await _lab.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam --subnet 10.0.0.0/16 matrix", Cancel);
        await _lab.EventuallyAsync("vms101", "docker network inspect matrix", TimeSpan.FromSeconds(10), Cancel);

        var places = new List<MatrixPlace>();
        foreach (var (index, (name, role, env)) in MatrixPlace.Containers.Index())
            places.Add(await StartAsync(index < 2 ? "vms100" : "vms101", name, $"10.0.0.{index + 1}", endpoint => endpoint with
            {
                Metadata = endpoint.Metadata with { Labels = MatrixPlace.LabelsOf(role, env) },
                Spec = endpoint.Spec with { Profiles = MatrixPlace.ProfilesOf(role), Ports = MatrixPlace.PortsOf(role) },
            }));

        _matrix = new([.. places, new("outside", NamespaceOf("vms102", 1), IPAddress.Parse("192.168.26.102"), Address6: null)]);
        foreach (var address in places.Select(place => place.Address4))
            await _lab.EventuallyAsync("vms102", $"ping -c1 -W1 {address}", TimeSpan.FromSeconds(30), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _matrix?.Dispose();
        if (_store is not null)
            await _store.DisposeAsync();
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    [Fact]
    public async Task The_hosts_do_to_every_packet_between_containers_what_the_evaluator_says()
    {
        Assert.NotNull(_matrix);
        await _matrix.HoldAsync(Sets, WantAsync, ProblemsAsync);
    }

    private static Rule Allow => new() { Action = RuleAction.Allow };

    /// <summary>Tiers first, then profiles and policies, then what is no longer wanted goes: as a user would.</summary>
    private async Task<ClusterPolicy> WantAsync(IReadOnlyList<IResource> policies)
    {
        var stale = _applied.Select(ResourceId.Of).Except(policies.Select(ResourceId.Of)).ToList();
        _applied.Clear();
        _applied.AddRange(policies);
        foreach (var id in stale)
            await Resources.DeleteAsync(id, resourceVersion: null, Cancel);
        foreach (var resource in policies) // the marker comes last: where it holds, all of the set does
            await ApplyAsync(resource);

        var all = new List<IResource>();
        foreach (var kind in new[] { Kinds.Node, Kinds.WorkloadEndpoint, Kinds.Profile, Kinds.Tier, Kinds.NetworkPolicy, Kinds.GlobalNetworkPolicy, Kinds.GlobalNetworkSet })
            all.AddRange((await Resources.ListAsync(kind, ns: null, Cancel)).Items);
        return new(all);
    }

    private async Task<MatrixPlace> StartAsync(string host, string name, string address, Func<Resource<WorkloadEndpointSpec>, Resource<WorkloadEndpointSpec>> change)
    {
        Assert.NotNull(_lab);
        await _lab.ShellAsync(host, $"docker run -itd --name {name} --net=matrix --ip {address} busybox", Cancel);
        var endpoint = (await Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, Cancel)).Items
            .Single(item => item.Spec.IpNetworks?.Contains(IPNetwork.Parse($"{address}/32")) == true);
        await Resources.ApplyAsync<WorkloadEndpointSpec>(ResourceId.Of(endpoint), current => change(current ?? endpoint), Cancel);
        var process = await _lab.ShellAsync(host, $"docker inspect -f '{{{{.State.Pid}}}}' {name}", Cancel);
        return new(name, NamespaceOf(host, int.Parse(process, CultureInfo.InvariantCulture)), IPAddress.Parse(address), Address6: null);
    }

    private async Task ApplyAsync(IResource resource)
    {
        var outcome = await Resources.ApplyAsync(resource, Cancel);
        Assert.True(outcome.IsDone, outcome.Message);
    }

    private async Task<string> ProblemsAsync()
    {
        Assert.NotNull(_lab);
        return await _lab.ShellAsync("vms100", "calicoctl node status", Cancel) + await _lab.ShellAsync("vms101", "calicoctl node status", Cancel);
    }

    /// <param name="host">Which has a process namespace of its own.</param>
    /// <param name="process">Its number there.</param>
    private NetworkNamespace NamespaceOf(string host, int process)
    {
        Assert.NotNull(_lab);
        var folder = new LabFolder(_lab.Name);
        var machine = folder.ReadPlan().Machines.Single(machine => machine.Name == host);
        return NetworkNamespace.OpenPath($"{RunningMachine.Get(folder, machine).Root}/proc/{process}/ns/net");
    }
}
