using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Calico.Node.Startup;

/// <summary>Logs go to standard error: one readable line each on a terminal, one JSON object each otherwise.</summary>
internal static class NodeLogging
{
    /// <param name="logging">What is being built.</param>
    /// <param name="level">CALICO_LOG_LEVEL: trace, debug, info, warning, error; absent: info.</param>
    /// <param name="onTerminal">Whether standard error is a terminal.</param>
    public static void Configure(ILoggingBuilder logging, string? level, bool onTerminal)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(Level(level));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = onTerminal ? ConsoleFormatterNames.Simple : ConsoleFormatterNames.Json;
        });
        logging.AddSimpleConsole(line =>
        {
            line.SingleLine = true;
            line.TimestampFormat = "HH:mm:ss.fff ";
        });
        logging.AddJsonConsole(line =>
        {
            line.UseUtcTimestamp = true;
            line.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }

    private static LogLevel Level(string? text) => text?.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };
}
