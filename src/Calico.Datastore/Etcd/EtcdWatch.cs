using Calico.Datastore.Etcd.Wire;
using Google.Protobuf;

namespace Calico.Datastore.Etcd;

/// <summary>A watch that goes on at another endpoint where one fails, from the revision it had come to.</summary>
internal sealed class EtcdWatch(EtcdClient client, ByteString from, ByteString to, long revision) : IDisposable
{
    private GrpcStream? _stream;
    private long _next = revision;
    private int _failures;

    /// <summary>The next changes, of whole commits.</summary>
    /// <exception cref="CompactedException">etcd has forgotten what comes next.</exception>
    /// <exception cref="DatastoreException">No endpoint keeps the watch.</exception>
    public async Task<IReadOnlyList<Event>> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _stream ??= await OpenAsync(cancellation);
                var answer = new WatchResponse();
                await _stream.ReadAsync(answer, cancellation);
                if (answer.Canceled)
                    throw Cancelled(answer);

                _failures = 0;
                if (answer.Events.Count == 0)
                    continue;

                _next = answer.Events.Max(change => change.Kv.ModRevision) + 1;
                return answer.Events;
            }
            catch (EtcdFault fault)
            {
                Drop();
                if (!fault.IsPassing && !fault.IsLoginNeeded)
                    throw fault.Explain("watch");
                if (++_failures > client.EndpointCount)
                    throw new DatastoreException($"the watch was lost: etcd at {fault.Endpoint.GetLeftPart(UriPartial.Authority)}: {fault.Message}", fault);
            }
        }
    }

    public void Dispose() => _stream?.Dispose();

    private async Task<GrpcStream> OpenAsync(CancellationToken cancellation)
    {
        var create = new WatchCreateRequest { Key = from, RangeEnd = to, StartRevision = _next };
        return await client.OpenAsync("/etcdserverpb.Watch/Watch", new WatchRequest { CreateRequest = create }, cancellation);
    }

    private void Drop()
    {
        if (_stream is { } broken)
            client.Avoid(broken.Endpoint);
        _stream?.Dispose();
        _stream = null;
    }

    private Exception Cancelled(WatchResponse answer) => answer.CompactRevision > 0
        ? new CompactedException(answer.CompactRevision - 1)
        : new EtcdFault(_stream?.Endpoint ?? new Uri("http://unknown"), GrpcCode.Unavailable, $"etcd cancelled the watch: {answer.CancelReason}");
}
