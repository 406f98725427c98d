using System.Text.Json;

namespace Calico.Ctl.NodeProcess;

/// <summary>A line of calico-node's log, which is JSON in a file, as a person reads it.</summary>
internal static class NodeLogLine
{
    private const int Width = 2000;

    /// <summary><c>TIME LEVEL MESSAGE</c>; what is no such line stays as it is.</summary>
    public static string Read(string line)
    {
        var text = TryRead(line) ?? line;
        return text.Length <= Width ? text : text[..Width] + "…";
    }

    private static string? TryRead(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var entry = json.RootElement;
            return entry.TryGetProperty("Message", out var message) && entry.TryGetProperty("LogLevel", out var level) && entry.TryGetProperty("Timestamp", out var time)
                ? $"{time} {level}: {message}"
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
