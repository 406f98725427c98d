using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgpd.Control;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Bgpd;

public sealed class ControlSocketTests : IAsyncLifetime
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"calico-bgpd-{Guid.NewGuid():N}");
    private readonly BgpSpeaker _speaker = new(new SpeakerOptions(), TimeProvider.System, NullLogger<BgpSpeaker>.Instance);
    private readonly CancellationTokenSource _end = new();
    private string? _reloadFault;
    private Task _running = Task.CompletedTask;
    private ControlSocket? _control;

    public ValueTask InitializeAsync()
    {
        _speaker.Configure(new SpeakerConfiguration
        {
            LocalAs = 64512,
            RouterId = IPAddress.Parse("10.0.0.1"),
            Listen = [],
            Originated = [IPNetwork.Parse("10.1.0.0/26"), IPNetwork.Parse("fd01::/64")],
            Peers = [new() { Name = "tor", Address = IPAddress.Parse("192.0.2.1"), As = 65001, Passive = true, Import = RoutePolicy.AcceptAll, Export = RoutePolicy.AcceptAll }],
        });
        _control = ControlSocket.Open(_path);
        var commands = new Commands(_speaker, () => _reloadFault, TimeProvider.System);
        _running = Task.WhenAll(_speaker.RunAsync(_end.Token), _control.RunAsync(commands, _end.Token));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _control?.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task Peers_and_routes_are_listed_as_json_on_one_connection()
    {
        using var caller = await CallAsync();

        var routes = await AskAsync(caller, "routes");
        var peers = await AskAsync(caller, "peers");
        var one = await AskAsync(caller, "routes fd01::/64");

        Assert.Equal(["10.1.0.0/26", "fd01::/64"], routes.EnumerateArray().Select(route => route.GetProperty("prefix").GetString()));
        Assert.Equal(("tor", "Active"), (peers[0].GetProperty("name").GetString(), peers[0].GetProperty("state").GetString()));
        Assert.Equal("local", Assert.Single(one.EnumerateArray()).GetProperty("peer").GetString());
        Assert.Equal(0, (await AskAsync(caller, "received tor")).GetArrayLength());
        Assert.Equal(0, (await AskAsync(caller, "advertised tor")).GetArrayLength());
    }

    [Theory]
    [InlineData("received nobody", "no peer named nobody")]
    [InlineData("routes 10.0.0", "10.0.0 is no prefix")]
    [InlineData("dance", "\"help\" lists them")]
    public async Task A_command_that_cannot_be_followed_is_answered_with_the_reason(string command, string expected)
    {
        using var caller = await CallAsync();

        Assert.Contains(expected, (await AskAsync(caller, command)).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_says_whether_the_file_could_be_used()
    {
        using var caller = await CallAsync();
        Assert.True((await AskAsync(caller, "reload")).GetProperty("ok").GetBoolean());

        _reloadFault = "asn is missing";
        Assert.Equal("asn is missing", (await AskAsync(caller, "reload")).GetProperty("error").GetString());
    }

    [Fact]
    public void Where_another_answers_no_second_one_takes_its_place()
    {
        var fault = Assert.Throws<IOException>(() => ControlSocket.Open(_path));

        Assert.Contains("another program answers on it", fault.Message, StringComparison.Ordinal);
    }

    private async Task<Socket> CallAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<JsonElement> AskAsync(Socket caller, string command)
    {
        await using var stream = new NetworkStream(caller);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(command + "\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return JsonDocument.Parse(await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? "").RootElement;
    }
}
