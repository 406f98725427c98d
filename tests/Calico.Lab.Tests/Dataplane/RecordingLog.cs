using System.Collections.Concurrent;
using Calico.Dataplane;
using Microsoft.Extensions.Logging;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>Keeps what the dataplane logs.</summary>
internal sealed class RecordingLog : ILogger<HostDataplane>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception));
}
