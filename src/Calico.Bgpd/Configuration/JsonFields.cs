using System.Text.Json;

namespace Calico.Bgpd.Configuration;

/// <summary>The fields of an object: each is asked for by its name, and one that nobody asked for is a fault.</summary>
internal sealed class JsonFields(JsonValue whole)
{
    private readonly List<string> _known = [];

    public JsonValue Whole { get; } = whole;

    public JsonValue? Find(string name)
    {
        _known.Add(name);
        return Whole.Element.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null
            ? new(element, Whole.Path.Length == 0 ? name : $"{Whole.Path}.{name}")
            : null;
    }

    public JsonValue Require(string name) => Find(name) ?? throw Fault($"{name} is missing");

    /// <summary>To be called when all fields have been asked for.</summary>
    public void End()
    {
        foreach (var property in Whole.Element.EnumerateObject())
        {
            if (!_known.Contains(property.Name, StringComparer.Ordinal))
                throw Fault($"{property.Name} is no field here: there are {string.Join(", ", _known)}");
        }
    }

    public ConfigurationException Fault(string what) => new(Whole.Path.Length == 0 ? what : $"{Whole.Path}: {what}");
}
