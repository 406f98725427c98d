using System.Globalization;
using Calico.Bgp;
using Microsoft.Extensions.Logging;

namespace Calico.Bgpd;

/// <summary>A line for each event. What comes while a line is being written waits for it, so lines stay whole.</summary>
internal sealed class LineLog(TextWriter output, string? level, TimeProvider time) : ILogger<BgpSpeaker>, IDisposable
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    private readonly LogLevel _least = level?.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Word(logLevel)} {formatter(state, exception)}"));
    }

    public void Dispose() => _output.Flush();

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
