using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins;

/// <summary>A small file of JSON that outlives this process: never half written, and none is as good as an empty one.</summary>
/// <remarks>Its owner writes one value at a time.</remarks>
internal sealed partial class StateFile<T>(string path, JsonTypeInfo<T> type, ILogger log)
    where T : class, new()
{
    /// <summary>What was written last; empty if nothing was, or if it cannot be read.</summary>
    public T Read()
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, type) ?? new();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            Unreadable(path, e.Message);
            return new();
        }
    }

    /// <summary>A disk that is full or read-only is logged: what runs goes on without.</summary>
    public void Write(T value)
    {
        var next = path + ".next";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
            using (var stream = File.Create(next))
            {
                JsonSerializer.Serialize(stream, value, type);
                stream.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unwritable(path, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be read and counts as empty: {Reason}")]
    private partial void Unreadable(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be written: {Reason}")]
    private partial void Unwritable(string path, string reason);
}
