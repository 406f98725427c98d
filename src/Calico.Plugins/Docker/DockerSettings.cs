namespace Calico.Plugins.Docker;

/// <summary>How the Docker drivers run on this host.</summary>
public sealed record DockerSettings
{
    /// <summary>False: this host's engine is left alone, and only plain namespaces are attached.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Where Docker looks for the sockets <c>calico.sock</c> and <c>calico-ipam.sock</c>.</summary>
    public const string PluginFolder = "/run/docker/plugins";

    /// <summary>The engine's socket. By the variable <c>DOCKER_HOST</c>, as Docker's own programs know it: <c>unix://PATH</c>.</summary>
    public string EngineSocket { get; init; } = Model.Hosts.EngineSocket.Default;

    /// <summary>Where small files are kept that must outlive the process.</summary>
    public string StateFolder { get; init; } = "/var/lib/calico/docker";

    /// <summary>The scope of networks; null: what the engine accepts. By the variable <c>CALICO_DOCKER_SCOPE</c>: local, global, auto.</summary>
    public DriverScope? Scope { get; init; }

    /// <summary>The longest that a driver call may take before it is undone and refused. Docker itself would wait for ever.</summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <param name="variables">The environment's.</param>
    /// <exception cref="FormatException">A variable is malformed; the message names it.</exception>
    public static DockerSettings Of(Func<string, string?> variables) => new()
    {
        Scope = ScopeDecision.OfSetting(variables(ScopeDecision.Variable)),
        EngineSocket = Model.Hosts.EngineSocket.Of(variables("DOCKER_HOST")),
    };
}
