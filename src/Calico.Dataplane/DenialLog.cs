using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink.Logging;

namespace Calico.Dataplane;

/// <summary>The recent denials of this host, gathered by endpoint and rule: the newest of so many, the least recent go.</summary>
/// <remarks>Safe for use by several threads.</remarks>
public sealed class DenialLog(TimeProvider time)
{
    private const int MostRows = 1024;

    private readonly Lock _lock = new(); // guards all below
    private readonly Dictionary<(string Interface, string Chain), Denial> _rows = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _serial;
    private long _lost;

    /// <summary>What is newer than a serial, at once.</summary>
    /// <param name="since">0: all.</param>
    public DenialList Since(long since)
    {
        lock (_lock)
        {
            return new()
            {
                Serial = _serial,
                Lost = _lost,
                Denials = _rows.Values.Where(row => row.Serial > since).OrderByDescending(row => row.Serial).ToValueList(),
            };
        }
    }

    /// <summary>What is newer than a serial, as soon as there is something, or nothing when the time is up.</summary>
    public async Task<DenialList> WaitAsync(long since, TimeSpan atMost, CancellationToken cancellation)
    {
        Task news;
        lock (_lock)
            news = _serial > since ? Task.CompletedTask : _news.Task;
        await news.WaitAsync(atMost, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return Since(since);
    }

    internal void AddLost()
    {
        lock (_lock)
            _lost++;
    }

    /// <param name="packet">As the kernel told of it.</param>
    /// <param name="reason">Null: a chain that is no longer known.</param>
    /// <param name="interfaceName">The endpoint's.</param>
    /// <param name="endpoint">As messages name it.</param>
    internal void Add(LoggedPacket packet, DenialReason? reason, string interfaceName, string endpoint)
    {
        if (PacketHeaders.Read(packet.Bytes) is not { } headers)
            return;

        lock (_lock)
        {
            var key = (interfaceName, packet.Prefix);
            var now = time.GetUtcNow();
            var before = _rows.GetValueOrDefault(key);
            _rows[key] = new()
            {
                Serial = ++_serial,
                Count = (before?.Count ?? 0) + 1,
                First = before?.First ?? now,
                Last = now,
                Endpoint = endpoint,
                Direction = reason?.Direction ?? PolicyType.Ingress,
                Policy = reason?.Rules?.ToString(),
                Rule = reason?.Rule,
                Reason = reason?.Text ?? packet.Prefix,
                IsStaged = reason?.IsStaged ?? false,
                Protocol = new(headers.Protocol),
                Source = headers.Source,
                SourcePort = headers.SourcePort,
                Destination = headers.Destination,
                DestinationPort = headers.DestinationPort,
            };
            if (_rows.Count > MostRows)
                _rows.Remove(_rows.MinBy(row => row.Value.Serial).Key);
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
