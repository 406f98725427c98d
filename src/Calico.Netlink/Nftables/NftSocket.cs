using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>The nftables of one network namespace.</summary>
/// <remarks>
/// Safe for use from several threads. Keep it open: a small change takes some ten microseconds, but closing a socket waits
/// until the kernel has let go of all that was deleted.
/// </remarks>
public sealed class NftSocket : IDisposable
{
    private const int Attempts = 20;

    private readonly NetlinkSocket _socket;
    private long _sent;

    private NftSocket(NetlinkSocket socket) => _socket = socket;

    /// <summary>Marks in what an <see cref="NftMonitor"/> hears the changes that this socket made.</summary>
    public uint Port => _socket.Port;

    /// <summary>Bytes of all batches sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <param name="inside">The namespace to talk about; null for that of the calling thread.</param>
    public static NftSocket Open(NetworkNamespace? inside = null) => new(NetlinkSocket.Open(NetlinkSocket.Netfilter, inside));

    /// <summary>Carries out a batch, all of it or nothing.</summary>
    /// <exception cref="NetlinkException">The kernel refused; it names the first command that was at fault, and nothing is changed.</exception>
    public void Commit(NftBatch batch)
    {
        if (TryCommit(batch) is [var refused, ..])
            throw refused.Error;
    }

    /// <summary>Carries out a batch, all of it or nothing.</summary>
    /// <param name="generation">Refuse (<see cref="Errno.ERESTART"/>) when the ruleset has changed since it had this one.</param>
    /// <returns>The commands at fault; empty when all is done.</returns>
    public IReadOnlyList<RefusedCommand> TryCommit(NftBatch batch, uint? generation = null)
    {
        if (batch.Count == 0)
            return [];

        var requests = new RequestBuffer(batch.Written.Length + 64);
        NftMessage.Mark(requests, NftMessage.BatchBegin, generation);
        requests.Add(batch.Written, batch.Count);
        NftMessage.Mark(requests, NftMessage.BatchEnd);
        Interlocked.Add(ref _sent, requests.Length);
        return [.. _socket.SendTransaction(requests).Select(refusal => Describe(batch, refusal))];
    }

    /// <summary>A number that each change to any table gives another value.</summary>
    public uint Generation()
    {
        var request = new RequestBuffer(32);
        NftMessage.Begin(request, NftVerb.GetGeneration, NetlinkFlags.None, default(NftFamily)).End();
        return _socket.Find(request, (_, body) => GenerationMessage.Decode(body), "read the generation of nftables")?.Id ?? 0;
    }

    public IReadOnlyList<Table> Tables()
    {
        var request = new RequestBuffer(32);
        TableMessage.List(request);
        return [.. _socket.List(request, (_, body) => (object?)TableMessage.Decode(body), "list tables").OfType<Table>()];
    }

    /// <returns>Empty also when there is no such table.</returns>
    public IReadOnlyList<Chain> Chains(Table table)
    {
        var request = new RequestBuffer(32);
        ChainMessage.List(request, table.Family);
        return [.. _socket.List(request, (_, body) => ChainMessage.Decode(body), "list chains").Where(chain => chain.Table == table)];
    }

    /// <returns>The rules in order; empty also when there is no such table or chain.</returns>
    public IReadOnlyList<Rule> Rules(Table table, string? chain = null)
    {
        var request = new RequestBuffer(128);
        RuleMessage.List(request, table, chain);
        return List(request, RuleMessage.Decode, $"list rules of {table} {chain}");
    }

    /// <returns>Empty also when there is no such table.</returns>
    public IReadOnlyList<Set> Sets(Table table)
    {
        var request = new RequestBuffer(128);
        SetMessage.List(request, table);
        return List(request, SetMessage.Decode, $"list sets of {table}");
    }

    /// <returns>Empty also when there is no such set.</returns>
    public IReadOnlyList<Element> Elements(Set set)
    {
        var request = new RequestBuffer(128);
        ElementMessage.List(request, set);
        var parts = List(request, ElementMessage.Decode, $"list elements of {set}").SelectMany(part => part).ToList();
        return set.SplitsRanges ? Ranges.Join(parts) : [.. parts.Select(part => part.Element)];
    }

    /// <summary>Reads a table as it is at one moment.</summary>
    /// <returns>Null when there is none of that name.</returns>
    /// <exception cref="NetlinkException">Somebody changes nftables faster than it can be read (EAGAIN).</exception>
    public TableContents? Read(Table table)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var generation = Generation();
            var contents = Tables().Contains(table) ? Read(table, generation) : null;
            if (Generation() == generation)
                return contents;
        }

        throw new NetlinkException($"read table {table}", Errno.EAGAIN, "nftables kept changing while it was read");
    }

    public void Dispose() => _socket.Dispose();

    private static RefusedCommand Describe(NftBatch batch, Refusal refusal)
    {
        // The first message opens the transaction: a refusal of that one is of no command in particular.
        var command = refusal.Index == 0 ? $"commit {batch.Count} changes to nftables" : batch.Describe(refusal.Index - 1);
        return new RefusedCommand(command, refusal.ToException(command), refusal.Index == 0 ? null : refusal.Index - 1);
    }

    private TableContents Read(Table table, uint generation)
    {
        var sets = Sets(table);
        return new TableContents(table, generation)
        {
            Chains = Chains(table),
            Rules = Rules(table).ToLookup(rule => rule.Chain),
            Sets = sets,
            Elements = sets.ToDictionary(set => set.Name, Elements),
        };
    }

    private List<T> List<T>(RequestBuffer request, BodyDecoder<T> decode, string action) where T : class
    {
        var objects = _socket.Dump(request, (_, body) => decode(body), out var refusal);
        return refusal.IsSuccess || refusal.Errno == Errno.ENOENT ? objects : throw refusal.ToException(action);
    }

    private delegate T? BodyDecoder<out T>(ReadOnlySpan<byte> body);
}
