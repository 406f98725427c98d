namespace Calico.Ctl.NodeProcess;

/// <summary>A program that goes on by itself: in a session of its own, without a terminal, its output appended to a file.</summary>
internal sealed class DetachedProcess
{
    private const int SigPipe = 13;

    private string? _ended;

    private DetachedProcess(int id) => Id = id;

    public int Id { get; }

    /// <param name="program">Its path.</param>
    /// <param name="arguments">Without its name.</param>
    /// <param name="environment"><c>NAME=value</c></param>
    /// <param name="log">The file that takes what it says.</param>
    /// <exception cref="IOException">The program or its log cannot be opened.</exception>
    public static DetachedProcess Start(string program, IEnumerable<string> arguments, IEnumerable<string> environment, string log)
    {
        using var actions = new SpawnActions();
        actions.Open(0, "/dev/null", Libc.ReadOnly);
        actions.Open(1, log, Libc.WriteOnly | Libc.Create | Libc.Append);
        actions.Duplicate(1, 2);
        actions.ChangeFolder("/");
        actions.CloseFrom(3);

        // This runtime ignores SIGPIPE, and an ignored signal would stay ignored in the new program.
        using var attributes = new SpawnAttributes(resetSignal: SigPipe);
        var error = Libc.Spawn(out var id, program, actions.Buffer, attributes.Buffer, [program, .. arguments, null], [.. environment, null]);
        return error == 0 ? new(id) : throw new IOException($"{program} with its output to {log}: {Libc.Describe(error)}");
    }

    /// <param name="how">In words: <c>ended with status 1</c>.</param>
    public bool HasEnded(out string how)
    {
        if (_ended is null && Libc.WaitPid(Id, out var status, Libc.NoHang) == Id)
            _ended = (status & 0x7f) == 0 ? $"ended with status {(status >> 8) & 0xff}" : $"was killed by signal {status & 0x7f}";
        how = _ended ?? "";
        return _ended is not null;
    }
}
