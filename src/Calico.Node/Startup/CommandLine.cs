using Calico.Datastore.Configuration;
using Calico.Node.Registration;

namespace Calico.Node.Startup;

/// <summary>What calico-node is told: everything by the environment and by files, nothing by arguments.</summary>
internal static class CommandLine
{
    private const string Usage = """
        calico-node: the daemon of one host. Runs in the foreground and logs to standard error; SIGTERM ends it and leaves traffic flowing.
        --uninstall, with no node running, takes all that is ours from the host's kernel: routes, policy, interfaces; the store is left alone.
        --check tells whether the host can be a node, under which name and address, and which addresses there are to choose from; changes nothing.
        Takes no other arguments but --version and --help; it is told by variables: NODENAME, IP, IP6, IP_AUTODETECTION_METHOD, AS,
        DATASTORE_TYPE, ETCD_ENDPOINTS, CALICO_DATASTORE_PATH, NO_DEFAULT_POOLS, CALICO_NETWORKING_BACKEND, CALICO_DOCKER_SCOPE,
        CALICO_RESERVE, CALICO_NAMES, CALICO_NAMES_PORT, CALICO_FAST_PATH, CALICO_LOG_LEVEL, DOCKER_HOST.
        Without variables for the datastore, /etc/calico/calicoctl.cfg is read. 'calicoctl node run' starts it in the background.
        """;

    /// <summary>Answers an argument; returns the exit status.</summary>
    public static int Answer(string[] arguments)
    {
        if (arguments is ["--version" or "-v"])
            Console.WriteLine(RegistrationLoop.Version);
        else if (arguments is ["--help" or "-h"])
            Console.WriteLine(Usage);
        else if (arguments is ["--uninstall"])
            return Uninstall.Run(new NodeOptions { NodeName = "" });
        else if (arguments is ["--check"])
            return Check();
        else
            Console.Error.WriteLine($"calico-node: unknown argument '{string.Join(' ', arguments)}'\n{Usage}");
        return arguments is ["--version" or "-v" or "--help" or "-h"] ? 0 : 1;
    }

    /// <exception cref="FormatException">A variable cannot be used.</exception>
    public static NodeOptions ReadOptions() => NodeOptions.FromEnvironment(Environment.GetEnvironmentVariable, RememberedName, Environment.MachineName);

    private static string? RememberedName => NodeIdentity.RememberedName(new NodeOptions { NodeName = "" }.StateFolder);

    private static int Check()
    {
        try
        {
            return new SystemCheck(ReadOptions(), Console.Out).Run(RememberedName);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"calico-node --check: {e.Message}");
            return 1;
        }
    }

    /// <summary>Variables say it if any of them is set, since <c>calicoctl node run</c> passes its file's settings on by them; else the file does.</summary>
    /// <exception cref="Datastore.DatastoreException">A setting cannot be used; the message names file and line, or the variable.</exception>
    public static DatastoreSettings ReadDatastore()
    {
        string[] variables = ["DATASTORE_TYPE", "ETCD_ENDPOINTS", "CALICO_DATASTORE_PATH"];
        var told = variables.SelectMany(name => new[] { name, "CALICO_" + name }).Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));
        return told
            ? DatastoreSettings.FromEnvironment(Environment.GetEnvironmentVariable)
            : DatastoreSettings.Load(path: null, Environment.GetEnvironmentVariable);
    }
}
