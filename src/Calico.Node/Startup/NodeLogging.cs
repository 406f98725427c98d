using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Calico.Node.Startup;

/// <summary>Logs go to standard error: one readable line each on a terminal and in systemd's journal, one JSON object each otherwise.</summary>
internal static class NodeLogging
{
    /// <param name="logging">What is being built.</param>
    /// <param name="level">The least that is logged, as <see cref="Level"/> reads it.</param>
    /// <param name="form">The form of a line, as <see cref="FormOf"/> says it.</param>
    public static void Configure(ILoggingBuilder logging, LogLevel level, string form)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
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
        logging.AddConsoleFormatter<JournalLine, ConsoleFormatterOptions>();
        // After the forms: each that is added makes itself the one in use.
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = form;
        });
    }

    /// <param name="isTerminal">Whether standard error is a terminal.</param>
    /// <param name="standardError">What it is open to, as the kernel tells it: <c>socket:[INODE]</c>.</param>
    /// <param name="journalStream">JOURNAL_STREAM, which holds device and inode of the journal's socket: systemd.exec(5). It is inherited also by who writes elsewhere.</param>
    public static string FormOf(bool isTerminal, string? standardError, string? journalStream) =>
        isTerminal ? ConsoleFormatterNames.Simple
        : journalStream?.Split(':') is [_, var inode] && standardError == $"socket:[{inode}]" ? JournalLine.Form
        : ConsoleFormatterNames.Json;

    /// <summary>The least that is logged, by its name or by Calico's (<c>LogSeverityScreen</c>).</summary>
    /// <exception cref="FormatException">There is no such level.</exception>
    public static LogLevel Level(string? text) => text?.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        null or "" or "info" or "information" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" or "panic" or "critical" => LogLevel.Critical,
        _ => throw new FormatException($"CALICO_LOG_LEVEL='{text}' is no level: trace, debug, info, warning, error or fatal"),
    };
}
