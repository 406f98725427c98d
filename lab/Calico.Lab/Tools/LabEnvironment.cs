namespace Calico.Lab.Tools;

/// <summary>The environment of everything that runs in a lab: the programs of this build first, then the system's own.</summary>
internal static class LabEnvironment
{
    /// <summary>The folder of calico-node, calicoctl and calico-lab: <c>bin/</c> of the checkout, or where an installed calico-lab lies.</summary>
    public static string Programs { get; } = FindPrograms(AppContext.BaseDirectory);

    /// <summary>Debian's folders come before the caller's, so that <c>docker</c> is the engine's own client and not one that lies in /usr/local/bin.</summary>
    public static string Path { get; } = $"{Programs}:/usr/sbin:/usr/bin:/sbin:/bin:{Environment.GetEnvironmentVariable("PATH")}".TrimEnd(':');

    /// <summary>Variables to set, or, where null, to leave out: those that would lead a client to another engine or store than the host's.</summary>
    public static IReadOnlyDictionary<string, string?> Changes { get; } = new Dictionary<string, string?>
    {
        ["PATH"] = Path,
        ["DOCKER_HOST"] = null,
        ["DOCKER_CONTEXT"] = null,
        ["DOCKER_API_VERSION"] = null,
        ["ETCD_ENDPOINTS"] = null,
        ["DATASTORE_TYPE"] = null,
        ["NODENAME"] = null,
        // Some shells export it; in a host it would be the wrong name.
        ["HOSTNAME"] = null,
    };

    /// <summary>This process's variables with the changes made, as <c>NAME=value</c>.</summary>
    public static string[] Variables()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(entry => !Changes.ContainsKey((string)entry.Key))
            .Select(entry => $"{entry.Key}={entry.Value}");
        return [.. variables, .. Changes.Where(change => change.Value is not null).Select(change => $"{change.Key}={change.Value}")];
    }

    private static string FindPrograms(string start)
    {
        for (var folder = System.IO.Path.TrimEndingDirectorySeparator(start); folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "Calico.slnx")))
                return System.IO.Path.Combine(folder, "bin");
        }

        return System.IO.Path.TrimEndingDirectorySeparator(start);
    }
}
