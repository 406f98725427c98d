using System.Text.Json;
using Calico.Bgp;
using Calico.Bgp.Values;

namespace Calico.Bgpd.Control;

/// <summary>Answers as JSON.</summary>
internal static class Answers
{
    /// <summary>A table of a million paths is not held as one text.</summary>
    private const int Portion = 64 * 1024;

    /// <param name="fault">Null if all went well.</param>
    public static void WriteOutcome(Utf8JsonWriter json, string? fault)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", fault is null);
        if (fault is not null)
            json.WriteString("error", fault);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, SpeakerTotals totals, in GCMemoryInfo memory)
    {
        json.WriteStartObject();
        json.WriteNumber("prefixes", totals.Prefixes);
        json.WriteNumber("paths", totals.Paths);
        json.WriteNumber("attributeSets", totals.AttributeSets);
        json.WriteNumber("memoryUsed", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("memoryCommitted", memory.TotalCommittedBytes);
        json.WriteNumber("memoryFragmented", memory.FragmentedBytes);
        json.WriteNumber("resident", Environment.WorkingSet);
        json.WriteStartArray("generations");
        foreach (var generation in memory.GenerationInfo)
            json.WriteNumberValue(generation.SizeAfterBytes);
        json.WriteEndArray();
        json.WriteNumber("collections", GC.CollectionCount(0));
        json.WriteNumber("fullCollections", GC.CollectionCount(2));
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, IEnumerable<(string Usage, string Says)> commands)
    {
        json.WriteStartObject();
        foreach (var (usage, says) in commands)
            json.WriteString(usage, says);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, IEnumerable<PeerSnapshot> peers, DateTimeOffset now)
    {
        json.WriteStartArray();
        foreach (var peer in peers)
        {
            json.WriteStartObject();
            json.WriteString("name", peer.Name);
            json.WriteString("address", peer.Address.ToString());
            json.WriteNumber("asn", peer.As);
            json.WriteString("state", peer.State.ToString());
            json.WriteString("since", peer.Since);
            json.WriteNumber("seconds", (long)(now - peer.Since).TotalSeconds);
            json.WriteNumber("routesReceived", peer.RoutesReceived);
            json.WriteNumber("routesSent", peer.RoutesSent);
            json.WriteNumber("holdTime", peer.HoldTime.TotalSeconds);
            json.WriteBoolean("routesAreStale", peer.RoutesAreStale);
            if (peer.Bfd is not null)
                json.WriteString("bfd", peer.Bfd);
            if (peer.LastError is not null)
                json.WriteString("lastError", peer.LastError);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, IEnumerable<PathView> paths)
    {
        json.WriteStartArray();
        foreach (var path in paths)
        {
            Write(json, path);
            if (json.BytesPending > Portion)
                json.Flush();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, PathView path)
    {
        json.WriteStartObject();
        json.WriteString("prefix", path.Prefix.ToString());
        json.WriteString("peer", path.Peer);
        json.WriteString("nextHop", path.NextHop.ToString());
        json.WriteString("asPath", path.AsPath);
        json.WriteString("origin", path.Origin);
        if (path.LocalPreference is { } preference)
            json.WriteNumber("localPref", preference);
        if (path.MultiExitDiscriminator is { } discriminator)
            json.WriteNumber("med", discriminator);
        WriteList(json, "communities", path.Communities);
        WriteList(json, "largeCommunities", path.LargeCommunities);
        WriteList(json, "extendedCommunities", path.ExtendedCommunities);
        if (path.OriginatorId is not null)
            json.WriteString("originatorId", path.OriginatorId.ToString());
        WriteList(json, "clusterList", path.ClusterList);
        if (path.OnlyToCustomer is { } provider)
            json.WriteNumber("onlyToCustomer", provider);
        json.WriteBoolean("best", path.IsBest);
        json.WriteBoolean("multipath", path.IsMultipath);
        if (path.IsStale)
            json.WriteBoolean("stale", true);
        if (path.Decision is not null)
            json.WriteString("decision", path.Decision);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, ValueArray<string> items)
    {
        if (items.Count == 0)
            return;

        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item);
        json.WriteEndArray();
    }
}
