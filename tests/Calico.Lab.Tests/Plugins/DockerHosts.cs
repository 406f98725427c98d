using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Plugins;

/// <summary>Two hosts with real Docker engines that know nothing of each other, and the network calnet1, for all classes that need no other.</summary>
[CollectionDefinition(Collection)]
public sealed class DockerHosts : IAsyncLifetime, ICollectionFixture<DockerHosts>
{
    public const string Collection = "Docker hosts";

    public LabHosts Lab { get; private set; } = null!; // set before any test runs

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        Lab = await LabHosts.UpAsync(["--hosts", "2"], cancel);
        await Lab.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam calnet1", cancel);
        await Lab.EventuallyAsync("vms101", "docker network ls --format '{{.Name}} {{.Driver}}' | grep -x 'calnet1 calico'", TimeSpan.FromSeconds(10), cancel);
    }

    /// <summary>What Docker says to a user whose command it refuses.</summary>
    public async Task<string> RefusedAsync(string host, string line)
    {
        var result = await Lab.ExecAsync(host, ["sh", "-c", line], TestContext.Current.CancellationToken);
        Assert.False(result.Succeeded, result.Said);
        return result.Said;
    }

    public Task<string> ShellAsync(string host, string line) => Lab.ShellAsync(host, line, TestContext.Current.CancellationToken);

    /// <summary>A container's address on a network.</summary>
    public Task<string> AddressAsync(string host, string container, string network = "calnet1") =>
        ShellAsync(host, $"docker inspect -f '{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}' {container}");

    /// <summary>What the stores and the kernel have of workloads: endpoints and links of the host, one a line.</summary>
    public Task<string> TracesAsync(string host) =>
        ShellAsync(host, "calicoctl get workloadendpoints -o name | grep $(hostname) | sort; ip -o link | grep -o 'cali[0-9a-f]*@' | sort; true");

    public ValueTask DisposeAsync() => Lab.DisposeAsync();
}
