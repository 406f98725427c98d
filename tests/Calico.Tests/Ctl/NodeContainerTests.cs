using Calico.Ctl.NodeProcess;

namespace Calico.Tests.Ctl;

/// <summary>calico-node as a container: the command that is shown, and what Docker is asked for.</summary>
public sealed class NodeContainerTests
{
    private static readonly ContainerLaunch _launch = new()
    {
        Engine = HostEngine.OfHost(),
        Image = "calico-sharp/node:0.1.0",
        Variables = new Dictionary<string, string>
        {
            ["IP_AUTODETECTION_METHOD"] = "interface=ens.*",
            ["DATASTORE_PATH"] = "/srv/calico/calico.db",
            ["ETCD_PASSWORD"] = "secret",
            ["ETCD_CA_CERT_FILE"] = "/etc/pki/ca.pem",
            ["ETCD_KEY_FILE"] = "/etc/calico/key.pem",
        },
    };

    [Fact]
    public void The_command_can_be_typed_and_hides_the_password() => Assert.Equal(
        "docker run --net=host --pid=host --name=calico-node -d --restart=always --cap-add=NET_ADMIN --cap-add=SYS_ADMIN --cap-add=SYS_PTRACE"
        + " --security-opt=seccomp=unconfined --security-opt=apparmor=unconfined --security-opt=label=disable --security-opt=systempaths=unconfined"
        + " -e IP_AUTODETECTION_METHOD='interface=ens.*' -e DATASTORE_PATH=/srv/calico/calico.db -e ETCD_PASSWORD=… -e ETCD_CA_CERT_FILE=/etc/pki/ca.pem -e ETCD_KEY_FILE=/etc/calico/key.pem"
        + " -v /run:/run -v /var/lib/calico:/var/lib/calico -v /var/log/calico:/var/log/calico -v /etc/calico:/etc/calico"
        + " -v /srv/calico:/srv/calico -v /etc/pki/ca.pem:/etc/pki/ca.pem:ro calico-sharp/node:0.1.0",
        _launch.CommandLine);

    [Fact]
    public void In_the_foreground_it_goes_with_its_end()
    {
        var arguments = (_launch with { Foreground = true }).Arguments();

        Assert.Contains("--rm", arguments);
        Assert.DoesNotContain("-d", arguments);
        Assert.Contains("ETCD_PASSWORD=secret", arguments);
    }

    [Fact]
    public void Docker_is_asked_for_what_the_command_says()
    {
        var wanted = _launch.Wanted();
        var arguments = _launch.Arguments();

        Assert.Equal(arguments.Where((_, n) => n > 0 && arguments[n - 1] == "-e"), wanted["Env"]!.AsArray().Select(value => (string?)value)); // is there
        Assert.Equal(arguments.Where((_, n) => n > 0 && arguments[n - 1] == "-v"), wanted["HostConfig"]!["Binds"]!.AsArray().Select(value => (string?)value)); // is there
        Assert.Equal("""["NET_ADMIN","SYS_ADMIN","SYS_PTRACE"]""", wanted["HostConfig"]?["CapAdd"]?.ToJsonString());
        Assert.Null(wanted["HostConfig"]?["Privileged"]);
    }

    [Fact]
    public async Task Without_an_engine_there_is_no_image()
    {
        using var engine = new HostEngine("/nonexistent/docker.sock");

        Assert.False(await engine.HasImageAsync("calico/node", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("0100000000000003616263", "abc")]
    [InlineData("0100000000000001610200000000000002620A", "ab\n")]
    [InlineData("01000000FFFFFFFF6162", "ab")] // a frame that lies about its length
    [InlineData("010000", "")]
    public void The_text_of_a_log_is_that_of_its_frames(string frames, string text) => Assert.Equal(text, LogFrames.Text(Convert.FromHexString(frames)));
}
