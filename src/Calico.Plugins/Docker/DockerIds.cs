using System.Text.RegularExpressions;

namespace Calico.Plugins.Docker;

/// <summary>Checks the ids of a request before anything is named after them.</summary>
internal static partial class DockerIds
{
    /// <exception cref="PluginException">It is missing or is no id.</exception>
    public static string Network(string? id) => Checked("NetworkID", id);

    /// <exception cref="PluginException">It is missing or is no id.</exception>
    public static string Endpoint(string? id) => Checked("EndpointID", id);

    private static string Checked(string field, string? id) => id switch
    {
        null or "" => throw new PluginException($"the request has no {field}"),
        _ when Valid().IsMatch(id) => id,
        _ => throw new PluginException($"{field} '{Shown(id)}' is not an id as Docker makes them: 12 to 64 hexadecimal digits"),
    };

    private static string Shown(string id) => id.Length > 80 ? id[..80] + "…" : id;

    [GeneratedRegex(@"^[0-9a-f]{12,64}\z", RegexOptions.None, 1000)]
    private static partial Regex Valid();
}
