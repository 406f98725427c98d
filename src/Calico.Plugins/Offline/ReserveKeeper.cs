using Calico.Datastore;
using Calico.Ipam;
using Calico.Plugins.Attaching;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Offline;

/// <summary>Sees to it that this host has addresses in reserve for the time when the store is away.</summary>
internal sealed partial class ReserveKeeper(LocalBooks books, WorkloadParts parts, ILogger log)
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(15), Soon = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancellation);
            }
            catch (DatastoreException e)
            {
                Later(e.Message);
            }

            // A host that has nothing in reserve has perhaps only just been given its first block.
            var wait = books.Reserve == 0 && parts.ReserveSize > 0 ? Soon : Often;
            await Task.Delay(wait * (0.8 + (0.4 * Random.Shared.NextDouble())), parts.Time, cancellation);
        }
    }

    internal async Task LookAsync(CancellationToken cancellation)
    {
        var epoch = books.Journal.Epoch;
        if (books.IsAway || books.Waiting > 0)
            return;
        if (parts.ReserveSize == 0)
            Forget();

        await parts.Ipam.ReleaseUnservedAsync(parts.Node, Forget, cancellation);
        var reserved = await parts.Ipam.KeepReserveAsync(parts.Node, parts.ReserveSize, cancellation);
        books.Journal.SetReserve(IpamClient.ReserveHandle(parts.Node), reserved, epoch);

        // Before the store may give them to others.
        void Forget() => books.Journal.SetReserve(IpamClient.ReserveHandle(parts.Node), [], epoch);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The reserve of addresses is not looked after for now: {Reason}")]
    private partial void Later(string reason);
}
