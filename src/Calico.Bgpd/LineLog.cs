using System.Globalization;
using Calico.Bgp;
using Calico.Bgpd.Configuration;
using Microsoft.Extensions.Logging;

namespace Calico.Bgpd;

/// <summary>A line for each event. What comes while a line is being written waits for it, so lines stay whole.</summary>
internal sealed class LineLog(TextWriter output, LogLevel least, TimeProvider time) : ILogger<BgpSpeaker>, IDisposable
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    /// <summary>The least that is logged: the value of CALICO_LOG_LEVEL.</summary>
    /// <exception cref="ConfigurationException">There is no such level.</exception>
    public static LogLevel Level(string? text) => text?.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        null or "" or "info" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw new ConfigurationException($"CALICO_LOG_LEVEL='{text}' is no level: trace, debug, info, warning or error"),
    };

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

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
