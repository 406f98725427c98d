using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Calico.Node.Startup;

/// <summary>A line for systemd's journal, which adds time, host and process: <c>&lt;6&gt;RegistrationLoop: Node vms100 is registered</c>.</summary>
/// <remarks>The journal takes the number for the entry's priority, sd-daemon(3); a line's end would end the entry.</remarks>
internal sealed class JournalLine() : ConsoleFormatter(Form)
{
    public const string Form = "journal";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = $"{logEntry.Formatter(logEntry.State, logEntry.Exception)} {logEntry.Exception}".TrimEnd().ReplaceLineEndings(" ");
        textWriter.Write($"<{Priority(logEntry.LogLevel)}>{logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]}: {text}\n");
    }

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
