using System.Globalization;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Validation;

internal static class BgpRules
{
    /// <summary>Named so, a configuration is one node's own.</summary>
    private const string NodePrefix = "node.";

    private const int MaxRestartSeconds = 4095; // RFC 4724 §3: 12 bits

    private static readonly string[] Severities = ["trace", "debug", "info", "warning", "warn", "error", "fatal", "panic", "none"];

    public static void Check(string name, BgpConfigurationSpec configuration, Findings findings)
    {
        if (name.StartsWith(NodePrefix, StringComparison.Ordinal))
            CheckOfNode(configuration, findings);

        findings.WrongIf(configuration.ListenPort == 0, "spec.listenPort", configuration.ListenPort, "must be a port from 1 to 65535");
        findings.WrongIf(
            configuration.LogSeverityScreen is { } severity && !Severities.Contains(severity.ToLowerInvariant()),
            "spec.logSeverityScreen",
            configuration.LogSeverityScreen,
            "must be one of Trace, Debug, Info, Warning, Error, Fatal");
        CheckPassword("spec.nodeMeshPassword", configuration.NodeMeshPassword, findings);
        CheckRestartTime("spec.nodeMeshMaxRestartTime", configuration.NodeMeshMaxRestartTime, findings);
        CheckBfd("spec.nodeMeshBfd", configuration.NodeMeshBfd, findings);
        if (configuration.NodeToNodeMeshEnabled == false)
        {
            const string Reason = "cannot be set while nodeToNodeMeshEnabled is false: there is no mesh that it could hold for";
            findings.WrongIf(configuration.NodeMeshPassword is not null, "spec.nodeMeshPassword", value: null, Reason);
            findings.WrongIf(configuration.NodeMeshMaxRestartTime is not null, "spec.nodeMeshMaxRestartTime", configuration.NodeMeshMaxRestartTime, Reason);
        }

        findings.WrongIf(configuration.IgnoredInterfaces?.Contains("*") == true, "spec.ignoredInterfaces", "*", "must name interfaces: '*' alone would mean all");
        BgpCommunityRules.Check(configuration, findings);
    }

    public static void Check(BgpPeerSpec peer, Findings findings)
    {
        CheckWho(peer, findings);
        findings.WrongIf(
            peer.KeepOriginalNextHop == true && peer.NextHopMode is not null, "spec.nextHopMode", peer.NextHopMode, "cannot be given with keepOriginalNextHop");
        CheckPassword("spec.password", peer.Password, findings);
        CheckRestartTime("spec.maxRestartTime", peer.MaxRestartTime, findings);
        findings.WrongIf(
            peer.KeepaliveTime is { } keepalive && keepalive.Value < TimeSpan.FromSeconds(1), "spec.keepaliveTime", peer.KeepaliveTime, "must be 1s or more");
        findings.WrongIf(peer.NumAllowedLocalAsNumbers is < 0, "spec.numAllowedLocalASNumbers", peer.NumAllowedLocalAsNumbers, "must be 0 or more");
        findings.WrongIf(peer.TtlSecurity == byte.MaxValue, "spec.ttlSecurity", peer.TtlSecurity, "must be a number of hops from 1 to 254, or 0 for none");
        findings.WrongIf(peer.MaxPrefixes is < 1, "spec.maxPrefixes", peer.MaxPrefixes, "must be 1 or more");
        CheckBfd("spec.bfd", peer.Bfd, findings);
        if (peer.ReachableBy is { } gateway)
        {
            var address = AddressOf(peer.PeerIp);
            findings.WrongIf(address is null, "spec.reachableBy", gateway, "must be given with a peerIP");
            findings.WrongIf(address is not null && address.IsIPv4 != gateway.IsIPv4, "spec.reachableBy", gateway, "must be of the same family as peerIP");
        }
    }

    private static void CheckWho(BgpPeerSpec peer, Findings findings)
    {
        findings.WrongIf(peer.Node is { Length: > 0 } && peer.NodeSelector is { Length: > 0 }, "spec.node", peer.Node, "cannot be given with nodeSelector");
        if (peer.PeerSelector is { Length: > 0 })
        {
            findings.WrongIf(peer.PeerIp is { Length: > 0 }, "spec.peerIP", peer.PeerIp, "cannot be given with peerSelector");
            findings.WrongIf(
                peer.AsNumber is { Value: > 0 }, "spec.asNumber", peer.AsNumber, "cannot be given with peerSelector: each selected node has its own");
        }

        findings.WrongIf(
            peer.PeerIp is { Length: > 0 } && AddressOf(peer.PeerIp) is null, "spec.peerIP", peer.PeerIp, "must be IP, IPv4:port or [IPv6]:port");
        SelectorRules.Check("spec.nodeSelector", peer.NodeSelector, findings);
        SelectorRules.Check("spec.peerSelector", peer.PeerSelector, findings);
    }

    private static void CheckOfNode(BgpConfigurationSpec configuration, Findings findings)
    {
        const string Reason = "can be set on the BGPConfiguration 'default' only";
        findings.WrongIf(configuration.NodeToNodeMeshEnabled is not null, "spec.nodeToNodeMeshEnabled", configuration.NodeToNodeMeshEnabled, Reason);
        findings.WrongIf(configuration.AsNumber is not null, "spec.asNumber", configuration.AsNumber, Reason);
        findings.WrongIf(configuration.NodeMeshPassword is not null, "spec.nodeMeshPassword", value: null, Reason);
        findings.WrongIf(configuration.NodeMeshMaxRestartTime is not null, "spec.nodeMeshMaxRestartTime", configuration.NodeMeshMaxRestartTime, Reason);
        findings.WrongIf(configuration.NodeMeshBfd is not null, "spec.nodeMeshBfd", value: null, Reason);
    }

    private static void CheckPassword(string path, BgpPasswordSpec? password, Findings findings)
    {
        if (password is null)
            return;

        findings.WrongIf(!IsFileName(password.SecretKeyRef?.Name), $"{path}.secretKeyRef.name", password.SecretKeyRef?.Name, "is required, and a plain name");
        findings.WrongIf(!IsFileName(password.SecretKeyRef?.Key), $"{path}.secretKeyRef.key", password.SecretKeyRef?.Key, "is required, and a plain name");
    }

    /// <summary>It becomes a part of a path, so it must not lead anywhere else.</summary>
    private static bool IsFileName(string? name) =>
        name is { Length: > 0 and <= 253 } and not ("." or "..") && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');

    private static void CheckRestartTime(string path, Duration? time, Findings findings) => findings.WrongIf(
        time is { } given && (given.Value < TimeSpan.Zero || given.Value.TotalSeconds > MaxRestartSeconds), path, time, $"must be 0s to {MaxRestartSeconds}s");

    private static void CheckBfd(string path, BgpBfdSpec? bfd, Findings findings)
    {
        findings.WrongIf(bfd?.Interval is { } interval && interval.Value.TotalMilliseconds is < 10 or > 60000, $"{path}.interval", bfd?.Interval, "must be 10ms to 60s");
        findings.WrongIf(bfd?.Multiplier is < 1 or > 255, $"{path}.multiplier", bfd?.Multiplier, "must be 1 to 255");
    }

    /// <summary>Null if it is no peer's address.</summary>
    private static IPAddress? AddressOf(string? text)
    {
        if (text is null or "")
            return null;
        if (!text.StartsWith('[') && text.Count(character => character == ':') != 1)
            return IPAddress.TryParse(text, out var plain) ? plain : null;

        var colon = text.LastIndexOf(':');
        var isIPv6 = text.StartsWith('[') && text[..colon].EndsWith(']');
        return IPAddress.TryParse(isIPv6 ? text[1..(colon - 1)] : text[..colon], out var address)
            && address.IsIPv4 != isIPv6
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, null, out var port)
            && port > 0
            ? address
            : null;
    }
}
