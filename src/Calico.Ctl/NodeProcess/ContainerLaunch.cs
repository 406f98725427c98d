using System.Text.Json.Nodes;

namespace Calico.Ctl.NodeProcess;

/// <summary>calico-node as a container of this host's Docker: it has the host's network and processes, and all of the host that the program would have.</summary>
internal sealed record ContainerLaunch : INodeLaunch
{
    public const string Name = "calico-node";

    /// <summary>/run holds the sockets of the node and of Docker, and of the drivers that Docker looks for.</summary>
    private static readonly string[] Folders = ["/run", "/var/lib/calico", "/var/log/calico", "/etc/calico"];

    /// <summary>
    /// Beside those that a container has: for the network, for namespaces of workloads, and to know who asks. The same as the systemd unit's, whose BPF and PERFMON are
    /// parts of SYS_ADMIN: engines refuse the names where the kernel does not know them.
    /// </summary>
    private static readonly string[] Capabilities = ["NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE"];

    /// <summary>The network's settings are written below /proc/sys, and profiles made for common containers forbid netlink and namespaces.</summary>
    private static readonly string[] Security = ["seccomp=unconfined", "apparmor=unconfined", "label=disable"];

    public required HostEngine Engine { get; init; }

    public required string Image { get; init; }

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Removed with its container when it ends, and in the foreground: as a unit of an init system has it.</summary>
    public bool Foreground { get; init; }

    public string CommandLine => $"docker {string.Join(' ', Arguments(ShellText.Assignment).Select(word => word.Contains('…', StringComparison.Ordinal) ? word : Bare(word)))}";

    public static string StopLine => $"docker stop {Name}";

    /// <summary>The words after <c>docker</c>.</summary>
    public IReadOnlyList<string> Arguments() => [.. Arguments(pair => $"{pair.Key}={pair.Value}")];

    public async Task<IStartedNode> StartAsync(CancellationToken cancellation)
    {
        await Engine.RemoveAsync(Name, cancellation);
        await Engine.RunAsync(Name, Wanted(), cancellation);
        return new StartedContainer(Engine);
    }

    /// <summary>What <c>POST /containers/create</c> is given: the same as <see cref="Arguments()"/>.</summary>
    public JsonObject Wanted() => new()
    {
        [nameof(Image)] = Image,
        ["Env"] = Words(Variables.Select(pair => $"{pair.Key}={pair.Value}")),
        ["HostConfig"] = new JsonObject
        {
            ["NetworkMode"] = "host",
            ["PidMode"] = "host",
            ["CapAdd"] = Words(Capabilities),
            ["SecurityOpt"] = Words(Security),
            ["MaskedPaths"] = new JsonArray(),
            ["ReadonlyPaths"] = new JsonArray(),
            ["RestartPolicy"] = new JsonObject { ["Name"] = "always" },
            ["Binds"] = Words(Mounts()),
        },
    };

    private IEnumerable<string> Arguments(Func<KeyValuePair<string, string>, string> assignment) =>
    [
        "run", "--net=host", "--pid=host", $"--name={Name}", .. Foreground ? new[] { "--rm" } : ["-d", "--restart=always"],
        .. Capabilities.Select(capability => $"--cap-add={capability}"),
        .. Security.Append("systempaths=unconfined").Select(option => $"--security-opt={option}"),
        .. Variables.SelectMany(pair => new[] { "-e", assignment(pair) }),
        .. Mounts().SelectMany(mount => new[] { "-v", mount }),
        Image,
    ];

    /// <summary>Beside the folders that it always has, the files and the store that its variables name.</summary>
    private IEnumerable<string> Mounts()
    {
        var files = Variables.Where(pair => pair.Key.EndsWith("_FILE", StringComparison.Ordinal)).Select(pair => pair.Value);
        var stores = Variables.Where(pair => pair.Key == "DATASTORE_PATH").Select(pair => Path.GetDirectoryName(pair.Value) ?? "/");
        return
        [
            .. Folders.Select(folder => $"{folder}:{folder}"),
            .. stores.Where(IsElsewhere).Select(folder => $"{folder}:{folder}"),
            .. files.Where(IsElsewhere).Distinct().Select(file => $"{file}:{file}:ro"),
        ];
    }

    private static bool IsElsewhere(string path) => !Folders.Any(folder => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal));

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];

    private static string Bare(string word) => word.Contains('\'', StringComparison.Ordinal) ? word : ShellText.Word(word);
}

/// <summary>The calico-node that is a container of this host.</summary>
internal sealed class StartedContainer(HostEngine engine) : IStartedNode
{
    public string Name => $"container {ContainerLaunch.Name}";

    public string Log => $"docker logs {ContainerLaunch.Name}";

    /// <summary>Docker starts one that ended again and again: the first end is enough.</summary>
    public async Task<string?> EndingAsync(CancellationToken cancellation) => await engine.FindContainerAsync(ContainerLaunch.Name, cancellation) switch
    {
        null => "is gone: somebody removed its container, or Docker has ended",
        var found when (int?)found["RestartCount"] > 0 || (bool?)found["State"]?["Running"] is false => $"ended with status {found["State"]?["ExitCode"]}",
        _ => null,
    };

    public async Task<string> LastWordsAsync(CancellationToken cancellation) => LogTail.Of(await engine.LogAsync(ContainerLaunch.Name, cancellation));

    public Task ClearAsync(CancellationToken cancellation) => engine.RemoveAsync(ContainerLaunch.Name, cancellation);
}
