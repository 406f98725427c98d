using System.Net;
using Calico.Calc.Evaluation;
using Calico.Lab.Tests.Dataplane;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Policy;

/// <summary>The matrix on one host whose dataplane is given the calculated state, IPv4 and IPv6.</summary>
public sealed class RandomPolicyTests : IAsyncLifetime
{
    private const int Sets = 200;

    private const string Node = "host";

    private readonly RoutedHost _host = new();
    private readonly List<MatrixPlace> _places = [];
    private PolicyMatrix? _matrix;

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        var outside = new MatrixPlace("outside", _host.Neighbour.Network, IPAddress.Parse("192.168.26.102"), IPAddress.Parse("fd26::102"));
        foreach (var (index, (name, _, _)) in MatrixPlace.Containers.Index())
        {
            var container = await _host.RunAsync(name, $"10.0.0.{index + 1}", $"fd10::{index + 1}");
            await RoutedHost.UntilAsync(() => container.Reaches($"{outside.Address4}") && container.Reaches($"{outside.Address6}"), seconds: 20);
            _places.Add(new(name, container.Network, IPAddress.Parse($"10.0.0.{index + 1}"), IPAddress.Parse($"fd10::{index + 1}")));
        }

        _matrix = new([.. _places, outside]);
    }

    public async ValueTask DisposeAsync()
    {
        _matrix?.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_kernel_does_to_every_packet_what_the_evaluator_says()
    {
        Assert.NotNull(_matrix);
        await _matrix.HoldAsync(Sets, Want, () => Task.FromResult(string.Join('\n', _host.Dataplane.Problems)));
    }

    private Task<ClusterPolicy> Want(IReadOnlyList<IResource> policies)
    {
        var cluster = new ClusterPolicy([.. MatrixPlace.Containers.Zip(_places, Endpoint), Outside, .. policies]);
        _host.Want(_ => cluster.Host(Node).State);
        return Task.FromResult(cluster);
    }

    private static IResource Outside => new Resource<NetworkSetSpec>(
        Kinds.GlobalNetworkSet,
        new() { Name = "outside", Labels = Labels.Empty.With("outside", "yes") },
        new() { Nets = [IPNetwork.Parse("192.168.26.0/24"), IPNetwork.Parse("fd26::/64")] });

    private static IResource Endpoint((string Name, string Role, string? Env) container, MatrixPlace place) => new Resource<WorkloadEndpointSpec>(
        Kinds.WorkloadEndpoint,
        new() { Name = container.Name, Namespace = "default", Labels = MatrixPlace.LabelsOf(container.Role, container.Env) },
        new()
        {
            Node = Node,
            InterfaceName = "cali" + container.Name,
            IpNetworks = new[] { place.Address4, place.Address6 }.OfType<IPAddress>().Select(address => address.HostPrefix).ToValueList(),
            Profiles = MatrixPlace.ProfilesOf(container.Role),
            Ports = MatrixPlace.PortsOf(container.Role),
        });
}
