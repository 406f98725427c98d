using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;
using IPProtocol = Calico.Model.Values.Protocol;

namespace Calico.Plugins.Docker.Access;

/// <summary>Who may reach a container, as its labels say: <c>calico.allow.from</c> and <c>calico.ports</c>.</summary>
/// <param name="Sources">Null: everybody on its network.</param>
/// <param name="Ports">Null: all, and all protocols.</param>
internal sealed partial record AccessLabels(IReadOnlyList<AccessSource>? Sources, IReadOnlyList<AccessPort>? Ports)
{
    public const string AllowFrom = "calico.allow.from", AllowedPorts = "calico.ports";

    private const string Prefix = "calico.";
    private const int Most = 100;

    /// <returns>Null: the labels say nothing of it.</returns>
    /// <exception cref="PluginException">A label says it wrongly; the message says what is wrong and what may stand there.</exception>
    public static AccessLabels? Read(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels?.Keys.FirstOrDefault(key => key.StartsWith(Prefix, StringComparison.Ordinal) && key is not (AllowFrom or AllowedPorts)) is { } unknown)
            throw new PluginException($"label '{unknown}' is unknown; there are {AllowFrom} and {AllowedPorts}");

        var (from, ports) = (labels?.GetValueOrDefault(AllowFrom), labels?.GetValueOrDefault(AllowedPorts));
        return (from, ports) is (null, null) ? null : new(
            from is null ? null : ReadSources(from),
            ports is null ? null : [.. Split(AllowedPorts, ports).Select(ReadPort)]);
    }

    private static IReadOnlyList<AccessSource> ReadSources(string text) =>
        text.Trim() == "none" ? [] : [.. Split(AllowFrom, text).Select(ReadSource)];

    private static string[] Split(string label, string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length <= Most
            ? parts
            : throw new PluginException($"label '{label}' lists {parts.Length} things, where {Most} are the most: write a policy instead");
    }

    private static AccessSource ReadSource(string text)
    {
        if (text == "*")
            return new AccessSource.Anybody();
        if (AddressArithmetic.TryParseNetwork(text, out var network))
            return new AccessSource.Addresses(network);
        if (IPAddress.TryParse(text, out var address) && (text.Contains('.', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal)))
            return new AccessSource.Addresses(address.HostPrefix);
        if (Label().Match(text) is { Success: true } label)
            return new AccessSource.Labelled(label.Groups["key"].Value, label.Groups["value"].Value);
        if (Name().IsMatch(text))
            return new AccessSource.Named(text);

        throw new PluginException(
            $"label '{AllowFrom}': '{text}' is none of these: a container or compose service of the same network, LABEL=VALUE, an address or a prefix such as 10.0.0.0/8, * (everybody), none");
    }

    private static AccessPort ReadPort(string text)
    {
        if (Port().Match(text) is { Success: true } match
            && ReadNumber(match.Groups["first"].Value) is { } first
            && ReadNumber(match.Groups["last"] is { Success: true, Value: var last } ? last : match.Groups["first"].Value) is { } end
            && first <= end)
        {
            return new(match.Groups["protocol"].Value switch { "udp" => IPProtocol.Udp, "sctp" => IPProtocol.Sctp, _ => IPProtocol.Tcp }, first, end);
        }

        throw new PluginException($"label '{AllowedPorts}': '{text}' is not a port such as 80, 53/udp or 8000-8099/tcp, from 1 to 65535");
    }

    private static ushort? ReadNumber(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    [GeneratedRegex(@"^(?<key>([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)=(?<value>([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"^[A-Za-z0-9][-A-Za-z0-9_.]{0,200}\z", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"^(?<first>[0-9]{1,5})(-(?<last>[0-9]{1,5}))?(/(?<protocol>tcp|udp|sctp))?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Port();
}

/// <summary>One that may.</summary>
internal abstract record AccessSource
{
    private AccessSource()
    {
    }

    internal sealed record Anybody : AccessSource;

    internal sealed record Addresses(IPNetwork Network) : AccessSource;

    internal sealed record Labelled(string Key, string Value) : AccessSource;

    /// <summary>A container or a compose service of the same network.</summary>
    internal sealed record Named(string Name) : AccessSource;
}

/// <summary>From the first to the last.</summary>
internal sealed record AccessPort(IPProtocol Protocol, ushort First, ushort Last);
