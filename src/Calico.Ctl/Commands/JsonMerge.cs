using System.Text.Json.Nodes;

namespace Calico.Ctl.Commands;

/// <summary>Merges a patch into a document (RFC 7396): fields are set, null removes one, lists are replaced whole.</summary>
internal static class JsonMerge
{
    public static JsonNode? Apply(JsonNode? document, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();

        var merged = document is JsonObject before ? before.DeepClone().AsObject() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
                merged.Remove(name);
            else
                merged[name] = Apply(merged[name], value);
        }

        return merged;
    }
}
