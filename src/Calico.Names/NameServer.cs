using System.Net.Sockets;
using Calico.Names.Serving;
using Microsoft.Extensions.Logging;

namespace Calico.Names;

/// <summary>The host's resolver: answers what workloads ask any server, where it is about workloads of their networks, and passes on all else.</summary>
/// <remarks>
/// It listens on the loopback, transparently: the dataplane gives it the queries with their addresses as they are
/// (<c>HostDataplaneOptions.NamePort</c>), so it knows who asks whom. When it does not listen, queries go past it.
/// </remarks>
public sealed partial class NameServer(NameDirectory directory, TimeProvider time, ILogger<NameServer> log)
{
    /// <summary>Runs until cancelled. A family that the kernel does not speak is passed over.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(int port, CancellationToken cancellation)
    {
        var responder = new NameResponder(directory);
        var upstream = new Upstream(time);
        await Task.WhenAll(new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.Select(family => RunAsync(family, port, responder, upstream, cancellation)));
    }

    private async Task RunAsync(AddressFamily family, int port, NameResponder responder, Upstream upstream, CancellationToken cancellation)
    {
        using var datagrams = new DatagramServer(family, responder, upstream, log);
        using var streams = new StreamServer(family, responder, upstream, time, log);
        try
        {
            datagrams.Open(port);
            streams.Open(port);
        }
        catch (SocketException e)
        {
            CannotListen(family, port, e.Message);
            return;
        }

        Listening(family, port);
        await Task.WhenAll(datagrams.RunAsync(cancellation), streams.RunAsync(cancellation));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Answering names of containers ({Family}, port {Port} of the loopback)")]
    private partial void Listening(AddressFamily family, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Names of containers are not answered over {Family}: port {Port} of the loopback: {Reason}; set CALICO_NAMES_PORT to a free port")]
    private partial void CannotListen(AddressFamily family, int port, string reason);
}
