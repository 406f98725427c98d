using System.Text.Json;
using System.Text.RegularExpressions;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Plugins.Docker;

/// <summary>The labels of an endpoint, from what Docker and its users say of it.</summary>
internal static partial class EndpointLabels
{
    /// <summary>What compose labels a container with; endpoints have them by the same keys.</summary>
    public const string ComposeProject = "com.docker.compose.project", ComposeService = "com.docker.compose.service";

    /// <summary>Labels given as driver options: <c>--network name=NET,driver-opt=org.projectcalico.label.tier=db</c>.</summary>
    /// <exception cref="PluginException">One is no label.</exception>
    public static Labels OfOptions(IReadOnlyDictionary<string, JsonElement>? options) => Read(
        (options ?? new Dictionary<string, JsonElement>())
            .Where(option => option.Value.ValueKind == JsonValueKind.String)
            .Select(option => KeyValuePair.Create(option.Key, option.Value.GetString() ?? "")));

    /// <summary>Labels given to the container: <c>--label org.projectcalico.label.tier=db</c>, and the two by which compose marks its own; others are not meant for us.</summary>
    /// <exception cref="PluginException">One is no label.</exception>
    public static Labels OfContainer(IReadOnlyDictionary<string, string>? labels)
    {
        var given = labels ?? new Dictionary<string, string>();
        return new[] { ComposeProject, ComposeService }
            .Where(given.ContainsKey)
            .Aggregate(Read(given), (all, key) => all.ContainsKey(key) ? all : all.With(key, NetworkNames.ToLabelValue(given[key])));
    }

    /// <summary>All labels of an endpoint; what was said of the endpoint itself beats what was said of its container.</summary>
    public static Labels Compose(string? network, string? container, Labels ofContainer, Labels ofOptions)
    {
        var all = ofContainer.Concat(ofOptions).Aggregate(Labels.Empty, (labels, pair) => labels.With(pair.Key, pair.Value));
        if (network is not null)
            all = all.With(NetworkNames.NetworkLabel, NetworkNames.ToResourceName(network));
        if (container is not null)
            all = all.With(NetworkNames.ContainerLabel, NetworkNames.ToLabelValue(container));
        return all;
    }

    private static Labels Read(IEnumerable<KeyValuePair<string, string>> all) => new(all
        .Where(pair => pair.Key.StartsWith(DriverNames.LabelPrefix, StringComparison.Ordinal))
        .Select(pair => KeyValuePair.Create(Key(pair.Key), Value(pair.Key, pair.Value))));

    private static string Key(string given)
    {
        var key = given[DriverNames.LabelPrefix.Length..];
        return ValidKey().IsMatch(key)
            ? key
            : throw new PluginException(
                $"label '{given}': '{key}' is not a label's name: at most 63 letters, digits, '-', '_' and '.', after an optional DNS name and '/'");
    }

    private static string Value(string given, string value) => ValidValue().IsMatch(value)
        ? value
        : throw new PluginException(
            $"label '{given}': '{value}' is not a label's value: at most 63 letters, digits, '-', '_' and '.', a letter or digit at either end");

    // As the API validates labels (k8s.io/apimachinery validation: qualified name, label value).
    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidKey();

    [GeneratedRegex(@"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidValue();
}
