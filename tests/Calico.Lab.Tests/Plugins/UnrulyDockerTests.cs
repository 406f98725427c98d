using System.Net;
using System.Text;
using Calico.Lab.Plan;

namespace Calico.Lab.Tests.Plugins;

/// <summary>A Docker that hangs, and callers of the drivers that are none, on a host with a real engine and a real node.</summary>
[Collection(DockerHosts.Collection)]
public sealed class UnrulyDockerTests(DockerHosts hosts)
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_of_no_Docker_are_refused_in_words_leave_nothing_and_disturb_nobody()
    {
        var before = await hosts.TracesAsync("vms101");
        using var network = Client("/run/docker/plugins/calico.sock");
        using var ipam = Client("/run/docker/plugins/calico-ipam.sock");

        await RefusedAsync(network, "NetworkDriver.Join", $$"""{"NetworkID":"{{Id}}","EndpointID":"{{Id}}","SandboxKey":"/var/run/docker/netns/none"}"""); // never created
        await RefusedAsync(network, "NetworkDriver.CreateEndpoint", $$"""{"NetworkID":"{{Id}}","EndpointID":"../../etc/passwd","Interface":{"Address":"192.168.1.1/32"} }""");
        await RefusedAsync(network, "NetworkDriver.Leave", """{"NetworkID": nonsense}""");
        await RefusedAsync(network, "NetworkDriver.CreateNetwork", $$"""{"NetworkID":"{{new string('a', 2 << 20)}}"}""");
        await RefusedAsync(ipam, "IpamDriver.RequestAddress", """{"PoolID":"../CalicoPoolIPv4","Address":""}""");
        await RefusedAsync(ipam, "IpamDriver.RequestAddress", """{"PoolID":"CalicoPoolIPv4","Address":"192.168.1.999"}""");
        await RefusedAsync(ipam, "IpamDriver.RequestPool", """{"AddressSpace":"CalicoGlobalAddressSpace","Pool":"1.2.3.4/99","V6":false}""");

        Assert.Equal(before, await hosts.TracesAsync("vms101"));
        await hosts.ShellAsync("vms101", "calicoctl ipam check && docker run --rm --net=calnet1 busybox true");
    }

    [Fact]
    public async Task While_Docker_hangs_the_node_serves_all_others_and_what_it_missed_reaches_it_when_it_goes_on()
    {
        await hosts.ShellAsync("vms101", "kill -STOP $(pidof dockerd)");
        try
        {
            Assert.Contains("Calico process is running", await hosts.ShellAsync("vms101", "timeout 10 calicoctl node status"), StringComparison.Ordinal);
            var plain = await hosts.Lab.DoAsync(["run", "vms101", "u-plain"], Cancel);
            Assert.True(plain.Succeeded, plain.Said);
            await hosts.Lab.EventuallyAsync("vms100", $"ping -c1 -W1 {plain.Output.Trim()}", TimeSpan.FromSeconds(15), Cancel);
            await hosts.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam u-net && docker run --rm --net=u-net busybox true");
        }
        finally
        {
            await hosts.ShellAsync("vms101", "kill -CONT $(pidof dockerd)");
        }

        // A call that was not answered is given up after 30 s, and made again.
        await hosts.Lab.EventuallyAsync("vms101", "docker network inspect u-net", TimeSpan.FromSeconds(60), Cancel);
        await hosts.ShellAsync("vms101", "docker run --rm --net=u-net busybox true");

        using var node = Client("/run/calico/node.sock");
        using var gone = await node.DeleteAsync(new Uri("http://node/workloads/u-plain"), Cancel);
        Assert.True(gone.IsSuccessStatusCode, await gone.Content.ReadAsStringAsync(Cancel));
        await hosts.ShellAsync("vms101", "ip netns del u-plain; docker network rm u-net");
        await hosts.Lab.EventuallyAsync("vms100", "! docker network inspect u-net 2>/dev/null", TimeSpan.FromSeconds(15), Cancel);
    }

    private static async Task RefusedAsync(HttpClient driver, string call, string body)
    {
        // A body that is refused for its size is not read: it is sent when it is wanted.
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://driver/{call}") { Content = new StringContent(body, Encoding.UTF8) };
        request.Headers.ExpectContinue = true;
        using var answer = await driver.SendAsync(request, Cancel);
        var said = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.InternalServerError && said.Contains("\"Err\":\"", StringComparison.Ordinal), $"{call}: {answer.StatusCode} {said}");
    }

    /// <summary>Of a socket of vms101.</summary>
    private HttpClient Client(string socket) => hosts.Lab.ClientOf(Machine.Host(1), socket);
}
