using System.Diagnostics;
using System.Text.Json;
using Calico.Checker.Histories;

namespace Calico.Checker.Workers;

/// <summary>Writes what a worker does, each line in the hands of the operating system before it goes on: being killed loses none.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly FileStream _file;
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private long _number;

    public Recorder(string path)
    {
        _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (_file.Length > 0)
            _file.Write("\n"u8); // after a line that was cut short
    }

    /// <summary>An id that no other operation of any worker has.</summary>
    public string NewId() => $"{_run}.{++_number}";

    public void Begin(Line line) => Write(line with { At = Stopwatch.GetTimestamp() });

    public void End(string id, Ending ending, Line? answer = null) =>
        Write((answer ?? new() { Do = "end" }) with { Do = "end", Id = id, At = Stopwatch.GetTimestamp(), Ending = ending });

    public void Write(Line line) => _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, LineJson.Default.Line), (byte)'\n']);

    public void Dispose() => _file.Dispose();
}
