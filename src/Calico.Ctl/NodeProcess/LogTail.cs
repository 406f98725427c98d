namespace Calico.Ctl.NodeProcess;

/// <summary>The last lines of a log, short enough for a message.</summary>
internal static class LogTail
{
    private const int Lines = 20;

    public static string Of(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Lines);
        return string.Join('\n', lines.Select(NodeLogLine.Read).DefaultIfEmpty("(nothing)"));
    }

    /// <param name="path">The log.</param>
    /// <param name="start">Its length before the lines that matter.</param>
    public static string OfFile(string path, long start)
    {
        try
        {
            using var log = File.OpenText(path);
            log.BaseStream.Seek(start, SeekOrigin.Begin);
            return Of(log.ReadToEnd());
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }
}
