using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Calico.Lab.Tests;

/// <summary>Keeps what a part logs, for a test that asks or fails.</summary>
internal sealed class RecordingLog<T> : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception));

    public override string ToString() => string.Join('\n', Lines);
}
