using System.Runtime.CompilerServices;
using System.Text;
using Calico.Datastore.Configuration;
using Calico.Datastore.Etcd.Wire;
using Google.Protobuf;

namespace Calico.Datastore.Etcd;

/// <summary>etcd over its v3 API: keys, values and revisions are etcd's own.</summary>
public sealed class EtcdStore : IStore
{
    /// <summary>Values may be as large as 1.5 MB: how many make a page, the page before it tells.</summary>
    private const int FirstPage = 500, SmallestPage = 20, LargestPage = 20_000;

    /// <summary>Of one page, about. For each page etcd counts all that come after it, so many small ones are dear.</summary>
    private const int PageBytes = 4 * 1024 * 1024;

    /// <summary>As long as a call may take.</summary>
    private static readonly TimeSpan PastLimit = TimeSpan.FromSeconds(4.5);

    private readonly EtcdClient _client;
    private readonly TimeProvider _time;

    /// <summary>The newest revision that etcd has answered with: what is committed from now on has a greater one.</summary>
    private long _newest;

    /// <exception cref="DatastoreException">A certificate cannot be read. An etcd that is away shows at the first call.</exception>
    public EtcdStore(EtcdSettings settings, TimeProvider time)
    {
        Description = $"etcd at {string.Join(',', settings.Endpoints.Select(endpoint => endpoint.GetLeftPart(UriPartial.Authority)))}";
        (_client, _time) = (new(settings, time), time);
    }

    public string Description { get; }

    public async Task<StoredValue?> GetAsync(string key, CancellationToken cancellation)
    {
        var answer = await RangeAsync($"read {key}", new() { Key = Bytes(key) }, cancellation);
        return answer.Kvs.Count == 0 ? null : Stored(answer.Kvs[0]);
    }

    public async Task<Listing> ListAsync(string prefix, CancellationToken cancellation)
    {
        var items = new List<StoredValue>();
        var revision = await ReadPagesAsync(prefix, keysOnly: false, page => items.AddRange(page.Select(Stored)), items.Clear, cancellation);
        return new(items, revision);
    }

    public async Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation)
    {
        var request = new RangeRequest { Key = Bytes(prefix), RangeEnd = EndOf(prefix), Limit = FirstPage, Revision = revision };
        var items = new List<StoredValue>();
        while (true)
        {
            var page = await KeptRangeAsync($"list {prefix} as of revision {revision}", request, cancellation);
            items.AddRange(page.Kvs.Select(Stored));
            if (!page.More)
                return new(items, revision);

            (request.Key, request.Limit) = (After(page.Kvs[^1].Key), NextLimit(page));
        }
    }

    public async Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation)
    {
        var keys = new List<string>();
        await ReadPagesAsync(prefix, keysOnly: true, page => keys.AddRange(page.Select(pair => pair.Key.ToStringUtf8())), keys.Clear, cancellation);
        return keys;
    }

    public async Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        StoreWrite.RefuseDuplicates(writes);
        var expecting = writes.Where(write => write.ExpectedRevision is not null).ToList();
        var doing = writes.Count == 1 ? $"write {writes[0].Key}" : $"write {writes[0].Key} and {writes.Count - 1} more";
        var leases = await GrantLeasesAsync(doing, writes, cancellation);
        var request = new TxnRequest();
        request.Compare.AddRange(expecting.Select(Compare));
        request.Success.AddRange(writes.Where(write => !write.IsCheck).Select(write => Operation(write, leases)));
        request.Failure.AddRange(expecting.Select(write => new RequestOp { Range = new() { Key = Bytes(write.Key) } }));

        var before = Interlocked.Read(ref _newest);
        var (answer, maybeTwice) = await _client.CallAsync<TxnResponse>(doing, "/etcdserverpb.KV/Txn", request, cancellation);
        Note(answer.Header.Revision);
        if (answer.Succeeded)
            return new CommitResult.Committed(answer.Header.Revision);
        if (maybeTwice && (await FindOwnCommitAsync(writes, cancellation) ?? await FindInPastAsync(doing, writes, before, cancellation)) is { } own)
            return own;

        return FindConflict(expecting, answer);
    }

    public async IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var watch = new EtcdWatch(_client, Bytes(prefix), EndOf(prefix), afterRevision + 1);
        while (true)
        {
            foreach (var change in await watch.NextAsync(cancellation))
            {
                var key = change.Kv.Key.ToStringUtf8();
                yield return new(key, change.Type == Event.Types.EventType.Put ? Stored(change.Kv) : null, change.Kv.ModRevision);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A lease for each time to live: etcd deletes a key with the lease that it was last written with. One that comes to no use ends by itself.</summary>
    private async Task<Dictionary<TimeSpan, long>> GrantLeasesAsync(string doing, IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        var leases = new Dictionary<TimeSpan, long>();
        foreach (var time in writes.Select(write => write.TimeToLive).OfType<TimeSpan>().Distinct())
        {
            var request = new LeaseGrantRequest { TTL = (long)Math.Ceiling(time.TotalSeconds) };
            var (answer, _) = await _client.CallAsync<LeaseGrantResponse>(doing, "/etcdserverpb.Lease/LeaseGrant", request, cancellation);
            leases.Add(time, answer.ID);
        }

        return leases;
    }

    /// <summary>Pages of one revision; begun anew if that revision is compacted away meanwhile.</summary>
    private async Task<long> ReadPagesAsync(
        string prefix, bool keysOnly, Action<IEnumerable<KeyValue>> take, Action restart, CancellationToken cancellation)
    {
        var request = new RangeRequest { Key = Bytes(prefix), RangeEnd = EndOf(prefix), Limit = FirstPage, KeysOnly = keysOnly };
        while (true)
        {
            try
            {
                var page = await RangeAsync($"list {prefix}", request, cancellation);
                take(page.Kvs);
                request.Revision = request.Revision == 0 ? page.Header.Revision : request.Revision;
                if (!page.More)
                    return request.Revision;

                (request.Key, request.Limit) = (After(page.Kvs[^1].Key), NextLimit(page));
            }
            catch (DatastoreException e) when (e.InnerException is EtcdFault { Code: GrpcCode.OutOfRange } && request.Revision != 0)
            {
                restart();
                (request.Key, request.Revision) = (Bytes(prefix), 0);
            }
        }
    }

    private static long NextLimit(RangeResponse page) => Math.Clamp(PageBytes / Math.Max(1, page.CalculateSize() / page.Kvs.Count), SmallestPage, LargestPage);

    private async Task<RangeResponse> RangeAsync(string doing, RangeRequest request, CancellationToken cancellation)
    {
        var (answer, _) = await _client.CallAsync<RangeResponse>(doing, "/etcdserverpb.KV/Range", request, cancellation);
        Note(answer.Header.Revision);
        return answer;
    }

    private void Note(long revision)
    {
        for (var known = Interlocked.Read(ref _newest); revision > known; known = Interlocked.Read(ref _newest))
            Interlocked.CompareExchange(ref _newest, revision, known);
    }

    /// <exception cref="CompactedException">etcd has forgotten the revision that is asked for.</exception>
    /// <exception cref="DatastoreException">There is no such revision yet, and all else.</exception>
    private async Task<RangeResponse> KeptRangeAsync(string doing, RangeRequest request, CancellationToken cancellation)
    {
        try
        {
            return await RangeAsync(doing, request, cancellation);
        }
        catch (DatastoreException e) when (e.InnerException is EtcdFault { Code: GrpcCode.OutOfRange } && e.Message.Contains("compacted", StringComparison.Ordinal))
        {
            throw new CompactedException(request.Revision + 1);
        }
        catch (DatastoreException e) when (e.InnerException is EtcdFault { Code: GrpcCode.OutOfRange } && e.Message.Contains("future revision", StringComparison.Ordinal))
        {
            throw new DatastoreException($"there is no revision {request.Revision} yet");
        }
    }

    /// <summary>An attempt whose answer was lost may have been carried out: then the repeated one fails, but what it wanted is there.</summary>
    private async Task<CommitResult.Committed?> FindOwnCommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        var revision = 0L;
        foreach (var write in writes.Where(write => write is { IsCheck: false, ExpectedRevision: not null })) // what expects nothing may be another's by now
        {
            var actual = await GetAsync(write.Key, cancellation);
            var isDone = write.Value is { } value ? actual is not null && actual.Value.Span.SequenceEqual(value.Span) : actual is null;
            if (!isDone || (actual is not null && revision != 0 && actual.Revision != revision))
                return null;

            revision = actual?.Revision ?? revision;
        }

        return new(revision);
    }

    /// <summary>What an earlier attempt wrote may have been overwritten or deleted since: then the changes of a key since before it tell of it.</summary>
    /// <returns>Null if it was not carried out.</returns>
    /// <exception cref="DatastoreException">That can be told of none of the keys.</exception>
    private async Task<CommitResult.Committed?> FindInPastAsync(string doing, IReadOnlyList<StoreWrite> writes, long before, CancellationToken cancellation)
    {
        var telling = writes.Where(write => write is { IsCheck: false, Value: not null, ExpectedRevision: not null }).ToList();
        using var limit = new CancellationTokenSource(PastLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            foreach (var write in telling)
            {
                var (done, isCertain) = await FindChangeAsync(write.Key, writes, Math.Max(before, write.ExpectedRevision ?? 0), either.Token);
                if (isCertain)
                    return done;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // As if it were no longer kept.
        }

        // A delete leaves nothing that could be looked for: the key is as somebody wanted it.
        return telling.Count == 0
            ? null
            : throw new DatastoreException($"could not {doing} in etcd: an answer was lost, and whether that was done can no longer be told: look before it is tried again");
    }

    /// <summary>Looks for the commit among the changes of one of its keys after a revision, up to the one that stands.</summary>
    private async Task<(CommitResult.Committed? Done, bool IsCertain)> FindChangeAsync(string key, IReadOnlyList<StoreWrite> writes, long after, CancellationToken cancellation)
    {
        if (await VersionAsync(key, revision: 0, cancellation) is not { } newest)
            return (null, false); // it was deleted, or never made
        if (newest.ModRevision <= after)
            return (null, true);

        using var watch = new EtcdWatch(_client, Bytes(key), ByteString.Empty, after + 1);
        while (true)
        {
            foreach (var change in await NextAsync(watch, cancellation))
            {
                var revision = change.Kv.ModRevision;
                if (change.Type == Event.Types.EventType.Put && await IsAllOfAsync(revision, writes, cancellation))
                    return (new(revision), true);
                if (revision == 0 || revision >= newest.ModRevision)
                    return (null, revision > 0);
            }
        }
    }

    /// <returns>A change of no revision where what comes next is no longer kept.</returns>
    private static async Task<IReadOnlyList<Event>> NextAsync(EtcdWatch watch, CancellationToken cancellation)
    {
        try
        {
            return await watch.NextAsync(cancellation);
        }
        catch (CompactedException)
        {
            return [new Event { Type = Event.Types.EventType.Delete, Kv = new() }];
        }
    }

    /// <summary>All that a commit writes has its revision: so that what another wrote alike is not taken for it.</summary>
    private async Task<bool> IsAllOfAsync(long revision, IReadOnlyList<StoreWrite> writes, CancellationToken cancellation)
    {
        foreach (var write in writes.Where(write => !write.IsCheck))
        {
            var then = await VersionAsync(write.Key, revision, cancellation);
            var isSo = write.Value is { } value ? then?.ModRevision == revision && then.Value.Span.SequenceEqual(value.Span) : then is null;
            if (!isSo)
                return false;
        }

        return true;
    }

    /// <returns>Null where the key was not there then, or that is no longer kept.</returns>
    private async Task<KeyValue?> VersionAsync(string key, long revision, CancellationToken cancellation)
    {
        try
        {
            return (await KeptRangeAsync($"read {key} as of revision {revision}", new() { Key = Bytes(key), Revision = revision }, cancellation)).Kvs.FirstOrDefault();
        }
        catch (CompactedException)
        {
            return null;
        }
    }

    private static CommitResult.Conflict FindConflict(List<StoreWrite> expecting, TxnResponse answer)
    {
        for (var i = 0; i < expecting.Count; i++)
        {
            var actual = answer.Responses[i].Range.Kvs.FirstOrDefault();
            if (expecting[i].ExpectedRevision != (actual?.ModRevision ?? 0))
                return new(expecting[i].Key, actual is null ? null : Stored(actual));
        }

        throw new DatastoreException("etcd refused a transaction all of whose conditions hold: see etcd's log");
    }

    private static Compare Compare(StoreWrite write) => new()
    {
        Target = Wire.Compare.Types.CompareTarget.Mod,
        Key = Bytes(write.Key),
        ModRevision = write.ExpectedRevision ?? 0,
    };

    private static RequestOp Operation(StoreWrite write, Dictionary<TimeSpan, long> leases) => write.Value is { } value
        ? new() { Put = new() { Key = Bytes(write.Key), Value = ByteString.CopyFrom(value.Span), Lease = write.TimeToLive is { } time ? leases[time] : 0 } }
        : new() { DeleteRange = new() { Key = Bytes(write.Key) } };

    private static StoredValue Stored(KeyValue pair) => new(pair.Key.ToStringUtf8(), pair.Value.Memory, pair.ModRevision);

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>The next key there can be.</summary>
    private static ByteString After(ByteString key) => ByteString.CopyFrom([.. key.Span, 0]);

    /// <summary>The first key after all that start with the prefix. UTF-8 has no byte 255, so the last byte can always grow by one.</summary>
    private static ByteString EndOf(string prefix)
    {
        var end = Encoding.UTF8.GetBytes(prefix);
        end[^1]++;
        return UnsafeByteOperations.UnsafeWrap(end);
    }
}
