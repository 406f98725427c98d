using System.Collections.Immutable;
using System.Text.Json;
using Calico.Bgp;
using Calico.Bgp.Values;
using Calico.Netlink.Routing;

namespace Calico.Bgpd.Configuration;

/// <summary>Reads the configuration file; docs/bgpd.md describes it. Nothing in it is guessed at or passed over.</summary>
internal static class ConfigurationFile
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip };

    /// <exception cref="ConfigurationException">It cannot be read, or not be used.</exception>
    public static RouterConfiguration Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"cannot read {path}: {e.Message}");
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"{path}: {e.Message}");
        }
    }

    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    public static RouterConfiguration Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return ReadRouter(new JsonValue(document.RootElement, "").AsFields());
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"is no valid JSON: {e.Message}");
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException(e.Message); // the speaker's own check of the whole
        }
    }

    private static RouterConfiguration ReadRouter(JsonFields fields)
    {
        var asn = fields.Require("asn").AsNumber(1, uint.MaxValue);
        var speaker = new SpeakerConfiguration
        {
            LocalAs = asn,
            RouterId = fields.Require("routerId").AsRouterId(),
            ClusterId = fields.Find("clusterId")?.AsRouterId(),
            IPv4NextHop = fields.Find("ipv4NextHop")?.AsAddress(),
            IPv6NextHop = fields.Find("ipv6NextHop")?.AsAddress(),
        };
        if (fields.Find("listen") is { } listen)
            speaker = speaker with { Listen = listen.AsList(address => address.AsEndPoint()).ToValueArray() };

        var holdTime = fields.Find("holdTime")?.AsSeconds(0, ushort.MaxValue);
        var kernel = fields.Find("kernel") is { } settings ? ReadKernel(settings.AsFields()) : new();
        var peers = fields.Find("peers")?.AsList(peer => PeerSection.Read(peer.AsFields(), asn, holdTime)) ?? [];
        var stations = fields.Find("bmp")?.AsList(station => ReadStation(station.AsFields())) ?? [];
        var originate = fields.Find("originate")?.AsList(prefix => prefix.AsPrefix()) ?? [];
        fields.End();

        speaker = speaker with
        {
            Peers = peers.Select(entry => entry.Peer).OfType<PeerConfiguration>().ToValueArray(),
            Ranges = peers.Select(entry => entry.Range).OfType<PeerRange>().ToValueArray(),
            Originated = originate.ToImmutableHashSet(),
            Stations = stations.Distinct().ToValueArray(),
        };
        ConfigurationChange.Check(speaker);
        return new(speaker, kernel);
    }

    private static MonitoringStation ReadStation(JsonFields fields)
    {
        var address = fields.Require("address").AsAddress();
        var station = new MonitoringStation(new(address, (int)fields.Require("port").AsNumber(1, ushort.MaxValue)))
        {
            Routes = fields.Find("routes")?.AsOneOf(
                ("received", MonitoredRoutes.AsReceived), ("imported", MonitoredRoutes.AsImported), ("both", MonitoredRoutes.Both)) ?? MonitoredRoutes.AsReceived,
            SystemName = fields.Find("systemName")?.AsText(),
        };
        if (fields.Find("statisticsInterval")?.AsSeconds(0, 86400) is { } interval)
            station = station with { StatisticsInterval = interval };
        if (fields.Find("connectRetry")?.AsSeconds(1, 3600) is { } retry)
            station = station with { ConnectRetry = retry };
        if (fields.Find("longestQueue")?.AsNumber(64 * 1024, 1 << 30) is { } longest)
            station = station with { LongestQueue = (int)longest };
        fields.End();
        return station;
    }

    private static KernelSettings ReadKernel(JsonFields fields)
    {
        var settings = new KernelSettings
        {
            Install = fields.Find("install")?.AsFlag() ?? false,
            Table = fields.Find("table")?.AsNumber(1, uint.MaxValue) ?? Route.MainTable,
            KeepOnExit = fields.Find("keepOnExit")?.AsFlag() ?? false,
        };
        fields.End();
        return settings;
    }
}
