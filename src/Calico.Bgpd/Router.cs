using System.Runtime.InteropServices;
using Calico.Bgp;
using Calico.Bgpd.Configuration;
using Calico.Bgpd.Control;
using Calico.Bgpd.Kernel;
using Calico.Netlink.Routing;
using Microsoft.Extensions.Logging;

namespace Calico.Bgpd;

/// <summary>The running program: a speaker, the kernel's routes if it is to install them, and its control socket.</summary>
internal sealed partial class Router : IAsyncDisposable
{
    private readonly string _file;
    private readonly LineLog _log;
    private readonly BgpSpeaker _speaker;
    private readonly KernelRoutes? _kernel;
    private readonly RouteSocket _socket;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _reloading = new();
    private RouterConfiguration _configuration;

    /// <param name="file">Read again on SIGHUP.</param>
    /// <param name="configuration">What it says now.</param>
    public Router(string file, RouterConfiguration configuration, LineLog log)
    {
        (_file, _configuration, _log) = (file, configuration, log);
        _socket = RouteSocket.Open();
        if (configuration.Kernel.Install)
            _kernel = new KernelRoutes(_socket, configuration.Kernel, TimeProvider.System, log);

        var restarting = _kernel?.Adopt() > 0;
        var options = new SpeakerOptions
        {
            Restarting = restarting,
            ForwardingPreserved = restarting,
            ReportsRoutes = _kernel is not null,
            NextHopInterface = new WaysOut(_socket, TimeProvider.System).InterfaceTo,
        };
        if (_kernel is not null)
            options = options with { NextHopMetric = _kernel.NextHops.Metric };
        _speaker = new BgpSpeaker(options, TimeProvider.System, log);
    }

    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(ControlSocket? control)
    {
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Reload();
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);

        _speaker.Configure(_configuration.Speaker);
        var answering = control?.RunAsync(new Commands(_speaker, Reload, TimeProvider.System), _end.Token) ?? Task.CompletedTask;
        var writing = _kernel?.RunAsync(_speaker, _end.Token) ?? Task.CompletedTask;
        var running = _speaker.RunAsync(CancellationToken.None);
        await Task.WhenAny(running, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _end.Token));
        await _speaker.StopAsync(_configuration.Kernel.KeepOnExit);
        await running;
        await _end.CancelAsync();
        await Task.WhenAll(answering, writing);
        return 0;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _end.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <returns>Why not, if the file cannot be used: then all stays as it is.</returns>
    private string? Reload()
    {
        lock (_reloading)
        {
            try
            {
                var next = ConfigurationFile.Read(_file);
                if (next.Kernel != _configuration.Kernel)
                    KernelNeedsRestart(_log);
                _speaker.Configure(next.Speaker);
                _configuration = next with { Kernel = _configuration.Kernel };
                return null;
            }
            catch (Exception e) when (e is ConfigurationException or ArgumentException)
            {
                Refused(_log, e.Message);
                return e.Message;
            }
        }
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _end.Cancel();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The configuration before stays in force: {Reason}")]
    private static partial void Refused(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "\"kernel\" has changed: that takes effect when the program is started again")]
    private static partial void KernelNeedsRestart(ILogger log);
}
