using System.CommandLine;
using Calico.Ctl.NodeProcess;

namespace Calico.Ctl.Commands;

/// <summary>The options that every command takes, and what makes the store of them.</summary>
internal sealed class GlobalOptions(Terminal terminal, OpenStore open)
{
    private static readonly string[] LogLevels = ["panic", "fatal", "error", "warn", "info", "debug"];

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "The file that says which datastore to use (default /etc/calico/calicoctl.cfg; if that is absent, the environment: DATASTORE_TYPE, ETCD_ENDPOINTS, …).",
        HelpName = "file",
        Recursive = true,
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why; kept with what the command changes.", HelpName = "text", Recursive = true };

    public Terminal Terminal => terminal;

    public void AddTo(Command root)
    {
        root.Options.Add(_config);
        root.Options.Add(_reason);
        var levels = new Option<string>("--log-level", "-l")
        {
            Description = "Accepted as Calico's option; there is no log beside the errors.",
            DefaultValueFactory = _ => "panic",
            Recursive = true,
        };
        root.Options.Add(levels.AcceptOnlyFromAmong(LogLevels));
        root.Options.Add(new Option<bool>("--allow-version-mismatch")
        {
            Description = "Accepted as Calico's option; versions are not compared.",
            Recursive = true,
        });
    }

    /// <summary>As given to <c>-c</c>; null if it was not.</summary>
    public string? Configuration(ParseResult parsed) => parsed.GetValue(_config);

    public Cluster Open(ParseResult parsed)
    {
        var author = $"calicoctl {parsed.CommandResult.Command.Name} ({User()}@{Environment.MachineName})";
        return new(open(Configuration(parsed), author), author, parsed.GetValue(_reason), terminal.Time);
    }

    /// <summary>By number where none has a name, as in a container image without /etc/passwd.</summary>
    private static string User()
    {
        try
        {
            if (Environment.UserName is { Length: > 0 } name)
                return name;
        }
        catch (IOException)
        {
            // no such file
        }

        return $"uid {Libc.EffectiveUser()}";
    }
}
