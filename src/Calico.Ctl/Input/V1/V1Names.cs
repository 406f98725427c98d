using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;

namespace Calico.Ctl.Input.V1;

/// <summary>What names of Calico v1 are called in v3: as Calico's own upgrade calls them, so that both come to the same names.</summary>
internal static partial class V1Names
{
    /// <summary>Lower case, with nothing in it but letters, digits, dashes and dots.</summary>
    public static string OfNode(string name)
    {
        var plain = Others().Replace(name.ToLowerInvariant().Replace('/', '.'), "-");
        return DottedRun().Replace(plain, ".").Trim('.', '-');
    }

    /// <summary>The same; a name that had to be changed ends in eight digits of its own hash, since two may have become alike.</summary>
    public static string Of(string name) => Qualified(name, OfNode(name));

    public static string WithoutDots(string name) => Qualified(name, OfNode(name).Replace('.', '-'));

    /// <summary>Profiles of Kubernetes namespaces are called <c>kns.</c> now.</summary>
    public static string OfProfile(string name)
    {
        const string Old = "k8s_ns.";
        return Of(name.StartsWith(Old, StringComparison.Ordinal) ? $"kns.{name[Old.Length..]}" : name);
    }

    public static string OfPool(string cidr) => cidr.Replace('.', '-').Replace(':', '-').Replace('/', '-');

    /// <summary>IPv6 with all its zeros.</summary>
    public static string OfAddress(IPAddress address) => address.IsIPv4
        ? address.ToString().Replace('.', '-')
        : string.Join('-', Convert.ToHexStringLower(address.GetAddressBytes()).Chunk(4).Select(group => new string(group)));

    /// <summary>Labels and selectors name the namespace otherwise now.</summary>
    public static string InSelector(string text) => text.Replace("calico/k8s_ns", "projectcalico.org/namespace", StringComparison.Ordinal);

    /// <summary>SHA-1, as Calico's upgrade uses it: it tells names apart and guards nothing.</summary>
    private static string Qualified(string before, string after) =>
        before == after ? before : $"{after}-{Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(before)))[..8]}";

    [GeneratedRegex("[^-.a-z0-9]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Others();

    [GeneratedRegex("[.-]*[.][.-]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DottedRun();
}
