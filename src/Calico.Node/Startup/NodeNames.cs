using System.Text.RegularExpressions;

namespace Calico.Node.Startup;

/// <summary>What a node may be called: a resource's name, a DNS-1123 subdomain of at most 253 characters.</summary>
internal static partial class NodeNames
{
    public static bool IsValid(string name) => name.Length <= 253 && Subdomain().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();
}
