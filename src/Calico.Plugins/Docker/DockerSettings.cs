namespace Calico.Plugins.Docker;

/// <summary>How the Docker drivers run on this host.</summary>
public sealed record DockerSettings
{
    /// <summary>False: this host's engine is left alone, and only plain namespaces are attached.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Where Docker looks for the sockets <c>calico.sock</c> and <c>calico-ipam.sock</c>.</summary>
    public const string PluginFolder = "/run/docker/plugins";

    /// <summary>The engine's socket.</summary>
    public string EngineSocket { get; init; } = Api.DockerApi.DefaultSocket;

    /// <summary>Where small files are kept that must outlive the process.</summary>
    public string StateFolder { get; init; } = "/var/lib/calico/docker";

    /// <summary>The scope of networks; null: what the engine accepts. By the variable <c>CALICO_DOCKER_SCOPE</c>: local, global, auto.</summary>
    public DriverScope? Scope { get; init; }

    /// <summary>The longest that a driver call may take before it is undone and refused. Docker itself would wait for ever.</summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="FormatException">A variable is malformed; the message names it.</exception>
    public static DockerSettings FromEnvironment() => new() { Scope = ScopeDecision.OfSetting(Environment.GetEnvironmentVariable(ScopeDecision.Variable)) };
}
