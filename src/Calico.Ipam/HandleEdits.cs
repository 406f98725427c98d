using System.Net;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>How many addresses of which block a handle holds: from one value to the next.</summary>
internal static class HandleEdits
{
    public static Handle Add(Handle? handle, string id, IPNetwork block, int count)
    {
        var counts = Counts(handle);
        counts[$"{block}"] = counts.GetValueOrDefault($"{block}") + count;
        return new() { Id = id, Block = counts };
    }

    /// <summary>Null if nothing is left.</summary>
    public static Handle? Subtract(Handle handle, IPNetwork block, int count)
    {
        var counts = Counts(handle);
        var left = counts.GetValueOrDefault($"{block}") - count;
        if (left > 0)
            counts[$"{block}"] = left;
        else
            counts.Remove($"{block}");
        return counts.Count == 0 ? null : handle with { Block = counts };
    }

    private static Dictionary<string, int> Counts(Handle? handle) => handle?.Block.ToDictionary(pair => pair.Key, pair => pair.Value) ?? [];
}
