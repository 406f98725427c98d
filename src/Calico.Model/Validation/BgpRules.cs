using System.Globalization;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

internal static class BgpRules
{
    /// <summary>Named so, a configuration is one node's own.</summary>
    private const string NodePrefix = "node.";

    private static readonly string[] Severities = ["trace", "debug", "info", "warning", "warn", "error", "fatal", "panic", "none"];

    public static void Check(string name, BgpConfigurationSpec configuration, Findings findings)
    {
        if (name.StartsWith(NodePrefix, StringComparison.Ordinal))
        {
            const string Reason = "can be set on the BGPConfiguration 'default' only";
            findings.WrongIf(configuration.NodeToNodeMeshEnabled is not null, "spec.nodeToNodeMeshEnabled", configuration.NodeToNodeMeshEnabled, Reason);
            findings.WrongIf(configuration.AsNumber is not null, "spec.asNumber", configuration.AsNumber, Reason);
        }

        findings.WrongIf(configuration.ListenPort == 0, "spec.listenPort", configuration.ListenPort, "must be a port from 1 to 65535");
        findings.WrongIf(
            configuration.LogSeverityScreen is { } severity && !Severities.Contains(severity.ToLowerInvariant()),
            "spec.logSeverityScreen",
            configuration.LogSeverityScreen,
            "must be one of Trace, Debug, Info, Warning, Error, Fatal");
    }

    public static void Check(BgpPeerSpec peer, Findings findings)
    {
        findings.WrongIf(peer.Node is { Length: > 0 } && peer.NodeSelector is { Length: > 0 }, "spec.node", peer.Node, "cannot be given with nodeSelector");
        if (peer.PeerSelector is { Length: > 0 })
        {
            findings.WrongIf(peer.PeerIp is { Length: > 0 }, "spec.peerIP", peer.PeerIp, "cannot be given with peerSelector");
            findings.WrongIf(
                peer.AsNumber is { Value: > 0 }, "spec.asNumber", peer.AsNumber, "cannot be given with peerSelector: each selected node has its own");
        }
        else if (peer.PeerIp is null or "")
            findings.Wrong("spec.peerIP", value: null, "is required, or a peerSelector in its place");

        findings.WrongIf(
            peer.PeerIp is { Length: > 0 } && !IsPeerAddress(peer.PeerIp), "spec.peerIP", peer.PeerIp, "must be IP, IPv4:port or [IPv6]:port");
        SelectorRules.Check("spec.nodeSelector", peer.NodeSelector, findings);
        SelectorRules.Check("spec.peerSelector", peer.PeerSelector, findings);
    }

    private static bool IsPeerAddress(string text)
    {
        if (!text.StartsWith('[') && text.Count(character => character == ':') != 1)
            return IPAddress.TryParse(text, out _);

        var colon = text.LastIndexOf(':');
        var isIPv6 = text.StartsWith('[') && text[..colon].EndsWith(']');
        return IPAddress.TryParse(isIPv6 ? text[1..(colon - 1)] : text[..colon], out var address)
            && address.IsIPv4 != isIPv6
            && ushort.TryParse(text[(colon + 1)..], NumberStyles.None, null, out var port)
            && port > 0;
    }
}
