using System.Net;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Peers;

/// <summary>What the log is told of a peer.</summary>
internal sealed partial class Peer
{
    [LoggerMessage(Level = LogLevel.Information, Message = "BGP session with {Peer} ({Address}) established, hold time {HoldTime}")]
    private static partial void Established(ILogger log, string peer, IPAddress address, TimeSpan holdTime);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP session with {Peer} ({Address}) is over: {Reason}; {Routes}")]
    private static partial void Ended(ILogger log, string peer, IPAddress address, string reason, string routes);

    [LoggerMessage(Level = LogLevel.Debug, Message = "BGP peer {Peer} ({Address}): {Reason}")]
    private static partial void Troubled(ILogger log, string peer, IPAddress address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP peer {Peer} ({Address}) sent a faulty UPDATE: {Fault}")]
    private static partial void Faulty(ILogger log, string peer, IPAddress address, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP peer {Peer} ({Address}) came and went so often that {Lines} lines of this log were left out")]
    private static partial void Flapped(ILogger log, string peer, IPAddress address, int lines);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP peer {Peer} ({Address}) has sent {Routes} routes, {Maximum} are allowed")]
    private static partial void NearLimit(ILogger log, string peer, IPAddress address, int routes, int maximum);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BGP peer {Peer} ({Address}) has sent {Routes} routes and only {Maximum} are allowed; they are kept, as the limit only warns")]
    private static partial void OverLimit(ILogger log, string peer, IPAddress address, int routes, int maximum);

    [LoggerMessage(Level = LogLevel.Error, Message = "The connection with BGP peer {Peer} ({Address}) goes on under its old password or TTL: {Reason}")]
    private static partial void Insecure(ILogger log, string peer, IPAddress address, string reason);
}
