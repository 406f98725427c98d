using Calico.Model.Values;

namespace Calico.Datastore.Configuration;

/// <summary>Which store, and how to reach it.</summary>
public sealed record DatastoreSettings
{
    /// <summary>Where calicoctl and the node look for their configuration when none is named.</summary>
    public const string DefaultFile = "/etc/calico/calicoctl.cfg";

    /// <summary>The embedded store when nothing names another.</summary>
    public const string DefaultPath = "/var/lib/calico/calico.db";

    /// <summary>The file of the embedded store.</summary>
    public string Path { get; init; } = DefaultPath;

    /// <summary>Null: the embedded store.</summary>
    public EtcdSettings? Etcd { get; init; }

    /// <summary>Where this was said, for messages: a file, <c>the environment</c>, or <c>the default</c>.</summary>
    public string Source { get; init; } = "the default";

    /// <summary>What the user should know about how it was read, a line each, for stderr.</summary>
    public ValueList<string> Notices { get; init; } = [];

    public DatastoreType Type => Etcd is null ? DatastoreType.Embedded : DatastoreType.EtcdV3;

    /// <summary>Reads the configuration as calicoctl does: the file alone if there is one, the environment otherwise.</summary>
    /// <param name="path">As given by the user; null: <see cref="DefaultFile"/>, which may be absent.</param>
    /// <param name="environment">The value of a variable, or null.</param>
    /// <exception cref="ConfigurationException">A named file is missing, or something in it or in the environment is wrong.</exception>
    public static DatastoreSettings Load(string? path, Func<string, string?> environment)
    {
        var file = path ?? DefaultFile;
        if (File.Exists(file))
            return ConfigurationFile.Read(file);
        if (file != DefaultFile)
            throw new ConfigurationException($"Error reading config file: {file}: there is no such file");

        return FromEnvironment(environment);
    }

    /// <summary>From <c>DATASTORE_TYPE</c>, <c>ETCD_…</c> and <c>DATASTORE_PATH</c>; of each the form with the prefix <c>CALICO_</c> wins.</summary>
    /// <exception cref="ConfigurationException">A value is wrong; the message names the variable.</exception>
    public static DatastoreSettings FromEnvironment(Func<string, string?> environment) =>
        SettingsReader.Read(new EnvironmentValues(environment));
}

public enum DatastoreType
{
    /// <summary>A SQLite file on this machine.</summary>
    Embedded,
    EtcdV3,
}
