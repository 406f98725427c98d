using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Calico.Datastore.Configuration;

/// <summary>calicoctl.cfg, in the old form (v1, calicoApiConfig) and the present one (projectcalico.org/v3, CalicoAPIConfig).</summary>
public static class ConfigurationFile
{
    private const string Version1 = "v1";
    private const string Version3 = "projectcalico.org/v3";
    private const string Kind1 = "calicoApiConfig";
    private const string Kind3 = "CalicoAPIConfig";

    private static readonly string[] EtcdKeys =
    [
        "datastoreType", "datastorePath", "etcdEndpoints", "etcdDiscoverySrv", "etcdUsername", "etcdPassword", "etcdKeyFile", "etcdCertFile",
        "etcdCACertFile",
    ];

    /// <summary>Known, so that a shared file is read; of no use to the stores here.</summary>
    private static readonly string[] KubernetesKeys =
    [
        "kubeconfig", "kubeconfigInline", "k8sAPIEndpoint", "k8sKeyFile", "k8sCertFile", "k8sCAFile", "k8sAPIToken", "k8sInsecureSkipTLSVerify",
        "k8sDisableNodePoll", "usePodCIDR", "k8sClientQPS", "k8sClientBurst", "k8sCurrentContext", "calicoAPIGroup",
    ];

    private static readonly HashSet<string> Keys1 = [.. EtcdKeys, .. KubernetesKeys, "etcdScheme", "etcdAuthority"];
    private static readonly HashSet<string> Keys3 = [.. EtcdKeys, .. KubernetesKeys, "etcdKey", "etcdCert", "etcdCACert"];

    /// <exception cref="ConfigurationException">The file cannot be read, or something in it is wrong; the message names the line.</exception>
    public static DatastoreSettings Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"Error reading config file: {path}: {e.Message}", e);
        }

        return Parse(text, path);
    }

    /// <param name="text">YAML or JSON.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="ConfigurationException">As of <see cref="Read"/>.</exception>
    public static DatastoreSettings Parse(string text, string path)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
                throw new ConfigurationException($"{path}: invalid config file: expected one document with apiVersion, kind, metadata and spec");

            return SettingsReader.Read(ReadValues(root, path));
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{path}:{e.Start.Line}: invalid config file: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private static FileValues ReadValues(YamlMappingNode root, string path)
    {
        RefuseStrangers(root, path, "", ["apiVersion", "kind", "metadata", "spec"]);
        var version = Scalar(root, "apiVersion");
        if (version is not (Version1 or Version3))
            throw new ConfigurationException($"{path}: invalid config file: unknown APIVersion '{version}': write {Version3}");

        var kind = version == Version1 ? Kind1 : Kind3;
        if (Scalar(root, "kind") is var found && found != kind)
            throw new ConfigurationException($"{path}: invalid config file: expected kind '{kind}', got '{found}'");

        var spec = Child(root, "spec");
        if (spec is not YamlMappingNode settings)
        {
            return spec is null or YamlScalarNode { Value: "" or "~" or "null" }
                ? new(path, version, [])
                : throw new ConfigurationException($"{path}:{spec.Start.Line}: invalid config file: spec must hold settings, a key and a value each");
        }

        RefuseStrangers(settings, path, " in spec", version == Version1 ? Keys1 : Keys3);
        return new(path, version, settings.Children.ToDictionary(pair => Text(pair.Key), pair => Setting(path, pair.Key, pair.Value)));
    }

    private static (string Value, long Line) Setting(string path, YamlNode key, YamlNode value) => value is YamlScalarNode scalar
        ? (scalar.Style == ScalarStyle.Plain && scalar.Value is "~" or "null" ? "" : scalar.Value ?? "", key.Start.Line)
        : throw new ConfigurationException($"{path}:{value.Start.Line}: invalid config file: {Text(key)} must be one value, not a list or a map");

    private static void RefuseStrangers(YamlMappingNode node, string path, string where, HashSet<string> known)
    {
        foreach (var key in node.Children.Keys.Where(key => !known.Contains(Text(key))))
            throw new ConfigurationException($"{path}:{key.Start.Line}: invalid config file: unknown key '{Text(key)}'{where}");
    }

    private static string Scalar(YamlMappingNode node, string key) => Text(Child(node, key));

    private static YamlNode? Child(YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    private static string Text(YamlNode? node) => (node as YamlScalarNode)?.Value ?? "";

    private sealed class FileValues(string path, string version, Dictionary<string, (string Value, long Line)> values) : ISettingValues
    {
        public string Source => path;

        public string? DefaultType => version == Version1 ? "etcdv2" : null;

        public string? Get(string name) => values.TryGetValue(name, out var setting) && setting.Value.Trim() is { Length: > 0 } value ? value : null;

        public string Place(string name) => values.TryGetValue(name, out var setting) ? $"{path}:{setting.Line}: {name}" : $"spec.{name}";
    }
}
