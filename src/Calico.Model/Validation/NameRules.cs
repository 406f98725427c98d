using System.Text.RegularExpressions;

namespace Calico.Model.Validation;

/// <summary>The forms that names, labels and interfaces may have (Calico libcalico-go/lib/validator/v3, Kubernetes' qualified names).</summary>
internal static partial class NameRules
{
    public const string SubdomainReason = "must be lower-case letters, digits, '-' and '.', each part starting and ending with a letter or digit";

    private const int MaxSubdomain = 253;

    private const int MaxLabel = 63;

    public static bool IsSubdomain(string name) => name.Length <= MaxSubdomain && Subdomain().IsMatch(name);

    /// <summary>One part of a subdomain, as tiers are named.</summary>
    public static bool IsDnsLabel(string name) => name.Length <= MaxLabel && DnsLabel().IsMatch(name);

    /// <summary><c>name</c> or <c>tier.name</c>, or what other orchestrators' drivers made.</summary>
    public static bool IsPolicyName(string name, bool isNamespaced)
    {
        foreach (var foreign in isNamespaced ? new[] { "knp.default.", "ossg.default." } : [])
        {
            if (name.StartsWith(foreign, StringComparison.Ordinal))
                return IsSubdomain(name[foreign.Length..]);
        }

        return IsSubdomain(name) && name.Count(character => character == '.') <= 1;
    }

    /// <summary>A label's key: an optional subdomain and slash, then at most 63 characters.</summary>
    public static bool IsQualifiedName(string key)
    {
        var slash = key.LastIndexOf('/');
        return (slash < 0 || IsSubdomain(key[..slash])) && key.Length - slash - 1 <= MaxLabel && LabelText().IsMatch(key[(slash + 1)..]);
    }

    public static bool IsLabelValue(string value) => value.Length == 0 || (value.Length <= MaxLabel && LabelText().IsMatch(value));

    public static bool IsInterface(string name) => InterfaceName().IsMatch(name);

    public static bool IsContainerId(string id) => ContainerId().IsMatch(id);

    /// <summary>A port that an endpoint declares: at most 15 lower-case letters, digits and dashes, with a letter among them (RFC 6335).</summary>
    public static bool IsEndpointPort(string name) => name.Length <= 15 && DnsLabel().IsMatch(name) && name.Any(char.IsAsciiLetter);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelText();

    [GeneratedRegex(@"^[a-zA-Z0-9_.-]{1,15}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InterfaceName();

    [GeneratedRegex(@"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContainerId();
}
