using System.CommandLine;

namespace Calico.Ctl.Commands;

/// <summary>All of calicoctl's commands.</summary>
internal static class CommandTree
{
    private static readonly string[] LogLevels = ["panic", "fatal", "error", "warn", "info", "debug"];

    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("calicoctl manages Calico's network, policy and nodes.")
        {
            NodeCommands.Build(terminal),
        };
        root.Options.Add(Recursive(new Option<string>("--log-level", "-l")
        {
            Description = $"Accepted for Calico's sake: {string.Join(", ", LogLevels)}.",
            DefaultValueFactory = _ => "panic",
        }.AcceptOnlyFromAmong(LogLevels)));
        root.Options.Add(Recursive(new Option<bool>("--allow-version-mismatch") { Description = "Accepted for Calico's sake; versions are not compared." }));
        return root;
    }

    private static Option<T> Recursive<T>(Option<T> option)
    {
        option.Recursive = true;
        return option;
    }
}
