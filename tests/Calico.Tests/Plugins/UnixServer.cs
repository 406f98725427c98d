using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Calico.Tests.Plugins;

/// <summary>Kestrel on a unix socket in a folder of its own, and a caller for it.</summary>
internal sealed class UnixServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-plugins-").FullName;
    private readonly WebApplication _app;

    private UnixServer(Action<IEndpointRouteBuilder> map)
    {
        Socket = Path.Combine(_folder, "s.sock");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.UseRouting();
        map(_app);
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://plugin/") };
    }

    public string Socket { get; }

    public HttpClient Client { get; }

    public static async Task<UnixServer> StartAsync(Action<IEndpointRouteBuilder> map)
    {
        var server = new UnixServer(map);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>As dockerd calls: a POST without Content-Type.</summary>
    public async Task<(int Status, JsonObject Body)> CallAsync(string call, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        using var response = await Client.PostAsync("/" + call, content, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!);
    }

    public Task<(int Status, JsonObject Body)> CallAsync(string call, object body) => CallAsync(call, System.Text.Json.JsonSerializer.Serialize(body));

    /// <summary>The answer to a call that must succeed.</summary>
    public async Task<JsonObject> DoAsync(string call, object body)
    {
        var (status, answer) = await (body is string text ? CallAsync(call, text) : CallAsync(call, body));
        Assert.True(status == StatusCodes.Status200OK, answer.ToJsonString());
        return answer;
    }

    /// <summary>The text of the refusal that the call must end in, the same for both of Docker's readers.</summary>
    public async Task<string> RefusedAsync(string call, object body)
    {
        var (status, answer) = await (body is string text ? CallAsync(call, text) : CallAsync(call, body));
        Assert.Equal(StatusCodes.Status500InternalServerError, status);
        Assert.Equal((string?)answer["Err"], (string?)answer["Error"]);
        return (string?)answer["Err"] ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
