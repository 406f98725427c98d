using System.Text.Json;

namespace Calico.Plugins.Docker;

/// <summary>Whether Docker itself shares networks between hosts.</summary>
public enum DriverScope
{
    /// <summary>Each engine has its own networks; <see cref="Sharing.NetworkSharing"/> makes them the same.</summary>
    Local,

    /// <summary>Docker's cluster store shares them (engines before 23).</summary>
    Global,
}

/// <summary>Finds out from the engine's own settings which scope it accepts.</summary>
/// <remarks>
/// An engine with a cluster store needs <c>global</c> and one without refuses it. It asks once in its life, maybe while it restores
/// containers and its API is silent; so its command line and configuration file are read first, which answer at once: dockerd has
/// the cluster store from nowhere else.
/// </remarks>
internal static class ScopeDecision
{
    public const string Variable = "CALICO_DOCKER_SCOPE";

    private const string Flag = "--cluster-store";
    private const string ConfigFlag = "--config-file";
    private const string DefaultConfig = "/etc/docker/daemon.json";

    /// <exception cref="FormatException">The setting is neither <c>local</c> nor <c>global</c>.</exception>
    public static DriverScope? OfSetting(string? setting) => setting?.Trim().ToLowerInvariant() switch
    {
        null or "" or "auto" => null,
        "local" => DriverScope.Local,
        "global" => DriverScope.Global,
        _ => throw new FormatException($"{Variable}='{setting}': expected local, global or auto"),
    };

    /// <summary>By the command line of dockerd and the configuration file it names; null if it is no dockerd's.</summary>
    /// <param name="arguments">The process's arguments, the program first.</param>
    /// <param name="readFile">The text of a file; null if it cannot be read.</param>
    public static DriverScope? OfCommandLine(IReadOnlyList<string> arguments, Func<string, string?> readFile)
    {
        if (arguments.Count == 0 || Path.GetFileName(arguments[0]) is not ("dockerd" or "docker"))
            return null;
        if (Value(arguments, Flag) is { Length: > 0 })
            return DriverScope.Global;

        return readFile(Value(arguments, ConfigFlag) ?? DefaultConfig) is { } config && HasClusterStore(config)
            ? DriverScope.Global
            : DriverScope.Local;
    }

    public static DriverScope OfClusterStore(string? clusterStore) => string.IsNullOrEmpty(clusterStore) ? DriverScope.Local : DriverScope.Global;

    /// <summary>Of <c>--flag value</c> or <c>--flag=value</c>; null if it is not there.</summary>
    private static string? Value(IReadOnlyList<string> arguments, string flag)
    {
        for (var i = 1; i < arguments.Count; i++)
        {
            if (arguments[i] == flag)
                return i + 1 < arguments.Count ? arguments[i + 1] : "";
            if (arguments[i].StartsWith(flag + "=", StringComparison.Ordinal))
                return arguments[i][(flag.Length + 1)..].Trim('"');
        }

        return null;
    }

    private static bool HasClusterStore(string config)
    {
        try
        {
            using var json = JsonDocument.Parse(config);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("cluster-store", out var store)
                && store.ValueKind == JsonValueKind.String
                && store.GetString() is { Length: > 0 };
        }
        catch (JsonException)
        {
            return false; // dockerd would not have started with it
        }
    }
}
