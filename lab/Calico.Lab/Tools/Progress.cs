using System.Diagnostics;

namespace Calico.Lab.Tools;

/// <summary>Lines on stderr that say what is going on and when it began, in seconds since the command did.</summary>
public sealed class Progress(TextWriter writer)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public static Progress OnError => new(Console.Error);

    public void Say(string what) => writer.WriteLine($"{Stopwatch.GetElapsedTime(_start).TotalSeconds,5:0.0} s  {what}");
}
