using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using Google.Protobuf;

namespace Calico.Datastore.Etcd;

/// <summary>gRPC calls to one endpoint over HTTP/2, in plain text or TLS as its address says.</summary>
internal sealed class EtcdConnection : IDisposable
{
    // etcd calls pings nearer together than 5 s abuse. A dead connection is noticed within the sum of the two.
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1.5);

    private readonly Uri _endpoint;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;

    public EtcdConnection(Uri endpoint, SslClientAuthenticationOptions? tls, TimeProvider time)
    {
        (_endpoint, _time) = (endpoint, time);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = PingEvery,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        };
        if (tls is not null)
            handler.SslOptions = tls;
        _http = new(handler);
    }

    public Uri Endpoint => _endpoint;

    /// <summary>One question, one answer.</summary>
    /// <exception cref="EtcdFault">No answer in time, or etcd refused.</exception>
    public async Task<TAnswer> CallAsync<TAnswer>(GrpcCall call, TimeSpan deadline, CancellationToken cancellation)
        where TAnswer : IMessage, new()
    {
        using var limit = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var content = new ByteArrayContent(GrpcFrame.Write(call.Message));
        using var request = NewRequest(call, content);
        request.Headers.TryAddWithoutValidation("grpc-timeout", $"{(long)deadline.TotalMilliseconds}m");
        try
        {
            using var response = await SendAsync(request, either.Token);
            var answer = new TAnswer();
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var answered = await GrpcFrame.TryReadAsync(body, answer, either.Token);
            while (answered && await GrpcFrame.TryReadAsync(body, new TAnswer(), either.Token))
            {
                // The trailers come after the end of the body only.
            }

            var (code, text) = StatusOf(response);
            return code == GrpcCode.Ok && answered ? answer : throw new EtcdFault(_endpoint, code, text);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new EtcdFault(_endpoint, GrpcCode.DeadlineExceeded, $"no answer within {deadline.TotalSeconds:0.#} s", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new EtcdFault(_endpoint, GrpcCode.Unavailable, Innermost(e), e);
        }
    }

    /// <summary>One question, many answers. The deadline is of the first sign of life alone.</summary>
    /// <exception cref="EtcdFault">As of <see cref="CallAsync"/>.</exception>
    public async Task<GrpcStream> OpenAsync(GrpcCall call, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var request = NewRequest(call, new GrpcStream.OpenBody(GrpcFrame.Write(call.Message)));
        request.Headers.TryAddWithoutValidation("hasleader", "true"); // a member cut off from the others ends the watch instead of going silent
        try
        {
            var response = await SendAsync(request, either.Token);
            return new(_endpoint, response, await response.Content.ReadAsStreamAsync(either.Token));
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new EtcdFault(_endpoint, GrpcCode.DeadlineExceeded, $"no answer within {deadline.TotalSeconds:0.#} s", e);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>From the trailers, or from the headers where an answer has no body.</summary>
    public static (GrpcCode Code, string Text) StatusOf(HttpResponseMessage response)
    {
        var text = Value("grpc-message");
        return int.TryParse(Value("grpc-status"), NumberStyles.None, null, out var code)
            ? ((GrpcCode)code, Uri.UnescapeDataString(text))
            : (GrpcCode.Unavailable, "the answer has no gRPC status: is this etcd's client port?");

        string Value(string name) =>
            response.TrailingHeaders.TryGetValues(name, out var trailer) ? trailer.First()
            : response.Headers.TryGetValues(name, out var header) ? header.First()
            : "";
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            var response = await _http.SendAsync(request, cancellation);
            if (response.StatusCode == HttpStatusCode.OK)
                return response;

            var code = (int)response.StatusCode;
            response.Dispose();
            throw new EtcdFault(_endpoint, GrpcCode.Unavailable, $"the answer is HTTP {code}: is this etcd's client port?");
        }
        catch (HttpRequestException e)
        {
            var unsent = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError;
            throw new EtcdFault(_endpoint, GrpcCode.Unavailable, Innermost(e), e) { IsUnsent = unsent };
        }
    }

    private HttpRequestMessage NewRequest(GrpcCall call, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_endpoint, call.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact, // plain HTTP/2 without an upgrade needs to be told
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        if (call.Token is not null)
            request.Headers.TryAddWithoutValidation("token", call.Token);
        return request;
    }

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null and not SocketException { SocketErrorCode: SocketError.Success })
            e = e.InnerException;
        return e is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "connection refused" : e.Message;
    }
}

/// <param name="Path">Service and method, as in <c>/etcdserverpb.KV/Range</c>.</param>
/// <param name="Message">The request.</param>
/// <param name="Token">Of a login; null: none.</param>
internal readonly record struct GrpcCall(string Path, IMessage Message, string? Token);
