using System.Net;
using Google.Protobuf;

namespace Calico.Datastore.Etcd;

/// <summary>The answers of a call that goes on: one message after another until the server or the caller ends it.</summary>
internal sealed class GrpcStream(Uri endpoint, HttpResponseMessage response, Stream body) : IDisposable
{
    public Uri Endpoint => endpoint;

    /// <exception cref="EtcdFault">The stream was lost, or etcd ended it.</exception>
    public async Task ReadAsync(IMessage message, CancellationToken cancellation)
    {
        try
        {
            if (await GrpcFrame.TryReadAsync(body, message, cancellation))
                return;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw new EtcdFault(endpoint, GrpcCode.Unavailable, $"the connection was lost: {e.Message}", e);
        }

        var (code, text) = EtcdConnection.StatusOf(response);
        throw new EtcdFault(endpoint, code == GrpcCode.Ok ? GrpcCode.Unavailable : code, text.Length == 0 ? "etcd ended the watch" : text);
    }

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }

    /// <summary>A body that says its one message and then stays open, so that the call does.</summary>
    internal sealed class OpenBody(byte[] frame) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(frame, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
