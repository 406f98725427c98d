using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Calico.Bgpd.Configuration;

/// <summary>A value in a configuration file that knows where it stands, so that every fault can say so.</summary>
internal readonly record struct JsonValue(JsonElement Element, string Path)
{
    public ConfigurationException Fault(string what) => new($"{Path}: {what}");

    public string AsText() => Element.ValueKind == JsonValueKind.String && Element.GetString() is { Length: > 0 } text
        ? text
        : throw Fault($"is {Shown}: write a text, in quotes");

    public bool AsFlag() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault($"is {Shown}: write true or false"),
    };

    public uint AsNumber(uint least, uint most) =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetUInt32(out var number) && number >= least && number <= most
            ? number
            : throw Fault(string.Create(CultureInfo.InvariantCulture, $"is {Shown}: write a whole number from {least} to {most}"));

    /// <summary>Seconds in the file.</summary>
    public TimeSpan AsSeconds(uint least, uint most) => TimeSpan.FromSeconds(AsNumber(least, most));

    public IPAddress AsAddress() => IPAddress.TryParse(AsText(), out var address) ? address : throw Fault($"is {Shown}: write an IPv4 or IPv6 address");

    public IPAddress AsRouterId() => AsAddress() is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetwork } address && !address.Equals(IPAddress.Any)
        ? address
        : throw Fault($"is {Shown}: write an IPv4 address other than 0.0.0.0");

    public IPNetwork AsPrefix() => AsText().Split('/') is [var address, _]
        && IPNetwork.TryParse(AsText(), out var prefix)
        && IPAddress.Parse(address).Equals(prefix.BaseAddress) // parsing alone clears the bits past the length
        ? prefix
        : throw Fault($"is {Shown}: write a prefix such as 10.0.0.0/8 or fd00::/64, with no bits set past its length");

    public IPEndPoint AsEndPoint() => IPEndPoint.TryParse(AsText(), out var endPoint) && endPoint.Port > 0
        ? endPoint
        : throw Fault($"is {Shown}: write ADDRESS:PORT, such as 0.0.0.0:179 or [::]:179");

    /// <summary>One of a few words.</summary>
    public T AsOneOf<T>(params ReadOnlySpan<(string Word, T Meaning)> words)
    {
        foreach (var (word, meaning) in words)
        {
            if (Element.ValueKind == JsonValueKind.String && Element.ValueEquals(word))
                return meaning;
        }

        throw Fault($"is {Shown}: write one of {JoinWords(words)}");
    }

    public bool IsList => Element.ValueKind == JsonValueKind.Array;

    public List<T> AsList<T>(Func<JsonValue, T> read)
    {
        if (!IsList)
            throw Fault($"is {Shown}: write a list, in square brackets");

        var items = new List<T>();
        foreach (var item in Element.EnumerateArray())
            items.Add(read(new(item, string.Create(CultureInfo.InvariantCulture, $"{Path}[{items.Count}]"))));
        return items;
    }

    public JsonFields AsFields() => Element.ValueKind == JsonValueKind.Object ? new(this) : throw Fault($"is {Shown}: write an object, in braces");

    private static string JoinWords<T>(ReadOnlySpan<(string Word, T Meaning)> words)
    {
        var joined = "";
        foreach (var (word, _) in words)
            joined += joined.Length == 0 ? $"\"{word}\"" : $", \"{word}\"";
        return joined;
    }

    private string Shown => Element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Element.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : Element.GetRawText(),
    };
}
