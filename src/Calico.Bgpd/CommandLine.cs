namespace Calico.Bgpd;

/// <summary>What the program is told by its arguments.</summary>
internal sealed record CommandLine(string ConfigurationFile, string? ControlSocket, bool CheckOnly)
{
    private const string Usage = """
        calico-bgpd: a BGP router. Runs in the foreground and logs to standard error; SIGHUP reads the file again, SIGTERM ends it.
        usage: calico-bgpd --config FILE.json [--control SOCKET] [--check]
          --config FILE.json  what it is to do; docs/bgpd.md describes the file
          --control SOCKET    where it answers questions: one line in, one line of JSON out ("help" lists them)
          --check             only says whether the file can be used
        CALICO_LOG_LEVEL is debug, info (if not set), warning or error.
        """;

    /// <returns>Null if the arguments are not those of a run; <see cref="Answer"/> says the rest.</returns>
    public static CommandLine? Parse(ReadOnlySpan<string> arguments)
    {
        string? configuration = null, control = null;
        var check = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--config" when value is not null && configuration is null:
                    configuration = value;
                    i++;
                    break;
                case "--control" when value is not null && control is null:
                    control = value;
                    i++;
                    break;
                case "--check":
                    check = true;
                    break;
                default:
                    return null;
            }
        }

        return configuration is null ? null : new(configuration, control, check);
    }

    /// <summary>Answers arguments that start no run; returns the exit status.</summary>
    public static int Answer(string[] arguments)
    {
        if (arguments is ["--version"])
            Console.WriteLine(typeof(CommandLine).Assembly.GetName().Version?.ToString(3));
        else if (arguments is ["--help" or "-h"])
            Console.WriteLine(Usage);
        else
            Console.Error.WriteLine($"calico-bgpd: cannot make sense of '{string.Join(' ', arguments)}'\n{Usage}");
        return arguments is ["--version" or "--help" or "-h"] ? 0 : 2;
    }
}
