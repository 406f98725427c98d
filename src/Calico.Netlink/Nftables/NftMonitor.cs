using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>Hears of every change to the nftables of a namespace, whoever makes it.</summary>
/// <remarks>It hears from the moment it is opened: open first, read then, and nothing falls between. One reader at a time.</remarks>
public sealed class NftMonitor : IDisposable
{
    private const int Group = 7; // NFNLGRP_NFTABLES

    private readonly Monitoring _monitoring;
    private HashSet<Table> _touched = []; // since the last commit was closed

    private NftMonitor(Monitoring monitoring) => _monitoring = monitoring;

    /// <param name="inside">The namespace to listen to; null for that of the calling thread.</param>
    public static NftMonitor Open(NetworkNamespace? inside = null) =>
        new(new Monitoring(SocketOptions.Open(NetlinkSocket.Netfilter, inside, [Group])));

    /// <summary>The changes, a batch at a time, until cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IAsyncEnumerable<NftEvent> ReadAsync(CancellationToken cancellation) =>
        _monitoring.ReadAsync(Decode, new NftEvent.Overflow(), cancellation);

    public void Dispose() => _monitoring.Dispose();

    private NftEvent? Decode(NetlinkHeader header, ReadOnlySpan<byte> body)
    {
        if (NftMessage.VerbOf(header.Type) is not { } verb)
            return null;

        if (verb != NftVerb.NewGeneration)
        {
            if (TableMessage.Decode(body) is { } table)
                _touched.Add(table);

            return null;
        }

        var generation = GenerationMessage.Decode(body);
        var touched = _touched;
        _touched = [];
        return new NftEvent.Committed(generation.Id, header.PortId, generation.ProcessName, touched);
    }
}
