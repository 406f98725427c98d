namespace Calico.Ctl.NodeProcess;

/// <summary>Ends calico-node and waits until it is gone.</summary>
internal static class NodeStop
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="CommandException">It may not be ended by this user, or does not end.</exception>
    public static async Task RunAsync(int process, TimeProvider time, CancellationToken cancellation)
    {
        var error = Libc.Signal(process, Libc.Terminate);
        var began = time.GetTimestamp();
        while (error == 0 && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Poll, time, cancellation);
            error = IsZombie(process) ? Libc.NoSuchProcess : Libc.Signal(process, signal: 0);
        }

        if (error == 0)
            throw new CommandException($"calico-node (process {process}) has not stopped after {Patience.TotalSeconds} s");
        if (error != Libc.NoSuchProcess)
            throw new CommandException($"calico-node (process {process}) cannot be stopped: {Libc.Describe(error)}");
    }

    /// <summary>Ended, and only waiting for its parent to ask how: as good as gone, and in a container perhaps for ever.</summary>
    private static bool IsZombie(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            return line.AsSpan(line.LastIndexOf(')') + 1).TrimStart().StartsWith("Z");
        }
        catch (IOException)
        {
            return false; // gone altogether, which the signal tells
        }
    }
}
