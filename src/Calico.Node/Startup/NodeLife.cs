using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Startup;

/// <summary>The process: what it was told, its clock, its log, its start and its end.</summary>
internal sealed class NodeLife(NodeOptions options, TimeProvider time, ILoggerFactory logs, IHostApplicationLifetime host)
{
    public NodeOptions Options => options;

    public TimeProvider Time => time;

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>Zero unless something made the process end that its supervisor must hear of.</summary>
    public int ExitCode { get; private set; }

    public bool IsEnding => host.ApplicationStopping.IsCancellationRequested;

    public ILogger<T> Log<T>() => logs.CreateLogger<T>();

    public void Fail()
    {
        ExitCode = 1;
        host.StopApplication();
    }
}
