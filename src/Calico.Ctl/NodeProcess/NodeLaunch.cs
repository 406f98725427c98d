namespace Calico.Ctl.NodeProcess;

/// <summary>The program as it is installed on this host: what is started, with what, and where its output goes.</summary>
internal sealed record NodeLaunch : INodeLaunch
{
    public required string Program { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Beside those of the environment.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    public required string Log { get; init; }

    /// <summary>As it could be typed into a shell.</summary>
    public string CommandLine => string.Join(' ', Variables.Select(ShellText.Assignment).Append(Program));

    /// <summary><c>NAME=value</c>; unless given, of this program's environment and of <see cref="Variables"/>, which win.</summary>
    /// <remarks>What the environment says of the datastore stays behind: calicoctl has made its settings of it, or a file has overruled it.</remarks>
    public IReadOnlyList<string> Environment
    {
        get => field ?? Inherited();
        init;
    }

    public Task<IStartedNode> StartAsync(CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Log) ?? "/");
            var logStart = File.Exists(Log) ? new FileInfo(Log).Length : 0;
            return Task.FromResult<IStartedNode>(new StartedProcess(DetachedProcess.Start(Program, Arguments, Environment, Log), Log, logStart));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"calico-node cannot be started: {e.Message}");
        }
    }

    /// <summary>Becomes the program, in the foreground: comes back only if that fails.</summary>
    /// <exception cref="CommandException">It failed.</exception>
    public int BecomeIt()
    {
        var error = Libc.Execute(Program, [Program, .. Arguments], Environment);
        throw new CommandException($"{Program} cannot be started: {error}");
    }

    private string[] Inherited()
    {
        var inherited = System.Environment.GetEnvironmentVariables();
        return
        [
            .. inherited.Keys.Cast<string>().Where(name => !Variables.ContainsKey(name) && !IsOfDatastore(name)).Select(name => $"{name}={inherited[name]}"),
            .. Variables.Select(pair => $"{pair.Key}={pair.Value}"),
        ];
    }

    private static bool IsOfDatastore(string name)
    {
        const string Prefix = "CALICO_";
        var bare = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return bare.StartsWith("ETCD_", StringComparison.Ordinal) || bare.StartsWith("DATASTORE_", StringComparison.Ordinal);
    }
}
