using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Calico.Model.Hosts;

/// <summary>Names of profiles and labels made from names of Docker networks and containers.</summary>
/// <remarks>
/// Docker allows <c>[a-zA-Z0-9][a-zA-Z0-9_.-]*</c> of any length, a resource only a DNS-1123 subdomain. A name that is fit already
/// stays as it is; another is lower-cased, its unfit characters become <c>-</c>, and a hash of the original keeps it apart.
/// </remarks>
public static partial class NetworkNames
{
    private const int MaxLength = 63; // of a label value, the tightest of the uses

    /// <summary>The orchestrator of endpoints that Docker's driver makes.</summary>
    public const string DockerOrchestrator = "libnetwork";

    /// <summary>The label that endpoints on a Calico network carry; its value is <see cref="ToResourceName"/> of the network.</summary>
    public const string NetworkLabel = "projectcalico.org/network";

    /// <summary>The label with the container's name, made fit by <see cref="ToLabelValue"/>.</summary>
    public const string ContainerLabel = "projectcalico.org/container";

    /// <summary>The annotation of endpoints with the network's name as the user gave it.</summary>
    public const string NameAnnotation = "projectcalico.org/network-name";

    /// <summary>The annotation of endpoints with the names that its workload has on the network beside its own, blanks between.</summary>
    public const string AliasesAnnotation = "projectcalico.org/network-aliases";

    /// <summary>The annotation of endpoints with their container's sandbox: which of a host's endpoints share one container is known by it.</summary>
    public const string SandboxAnnotation = "projectcalico.org/docker-sandbox";

    public static string ToResourceName(string name) =>
        name.Length <= MaxLength && ResourceName().IsMatch(name) ? name : Shorten(Unfit().Replace(name.ToLowerInvariant(), "-"), name);

    public static string ToLabelValue(string name) =>
        name.Length <= MaxLength && LabelValue().IsMatch(name) ? name : Shorten(Unfit().Replace(name, "-"), name);

    private static string Shorten(string fit, string original)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(original)))[..8];
        var head = fit[..Math.Min(fit.Length, MaxLength - hash.Length - 1)].Trim('-', '.', '_');
        return head.Length == 0 ? hash : $"{head}-{hash}";
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ResourceName();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex("[^A-Za-z0-9-]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Unfit();
}
