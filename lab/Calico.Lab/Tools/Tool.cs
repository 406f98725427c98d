using System.Diagnostics;

namespace Calico.Lab.Tools;

/// <summary>Runs programs of the machine to their end.</summary>
public static class Tool
{
    /// <summary>Runs a program and returns its answer, whatever its exit status; a cancelled one is killed.</summary>
    /// <param name="argv">The program, found on the lab's PATH, and its arguments.</param>
    /// <param name="input">What it reads on stdin; nothing if null.</param>
    /// <exception cref="LabException">The program is not there.</exception>
    public static async Task<ToolResult> RunAsync(IReadOnlyList<string> argv, string? input, CancellationToken cancel)
    {
        using var process = Start(argv);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await WriteInputAsync(process, input, cancel);
            await process.WaitForExitAsync(cancel);
            return new ToolResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <param name="step">What it is for, in the words of the error message: "making the switch".</param>
    /// <exception cref="LabException">It exited with another status than 0.</exception>
    public static async Task<string> MustAsync(string step, IReadOnlyList<string> argv, string? input, CancellationToken cancel)
    {
        var result = await RunAsync(argv, input, cancel);
        return result.Succeeded
            ? result.Output
            : throw new LabException($"{step} failed: {string.Join(' ', argv)}: exit status {result.ExitStatus}: {result.Said}{Indented(input)}");
    }

    private static string Indented(string? input) => input is null ? "" : $"\n  its input was:\n    {input.Trim().Replace("\n", "\n    ", StringComparison.Ordinal)}";

    private static Process Start(IReadOnlyList<string> argv)
    {
        var start = new ProcessStartInfo(Find(argv[0]), argv.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in LabEnvironment.Changes)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new LabException($"{argv[0]} did not start");
    }

    /// <summary>The program's path on the lab's PATH.</summary>
    public static string Find(string program) =>
        program.Contains('/', StringComparison.Ordinal)
            ? program
            : LabEnvironment.Path.Split(':').Select(folder => System.IO.Path.Combine(folder, program)).FirstOrDefault(File.Exists)
                ?? throw new LabException($"{program} is not installed: run ./dev provision");

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken cancel)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancel);

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of its input; its exit status tells the rest.
        }
    }
}
