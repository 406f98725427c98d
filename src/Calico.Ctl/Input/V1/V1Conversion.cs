using System.Net;
using System.Text.Json.Nodes;
using Calico.Model.Resources;

namespace Calico.Ctl.Input.V1;

/// <summary>One resource of Calico v1 (as v1 and v2 had them, <c>apiVersion: v1</c>) as a v3 document.</summary>
internal sealed class V1Conversion
{
    private readonly V1Fields _metadata;
    private readonly V1Fields _spec;
    private readonly List<string> _notes = [];
    private readonly V1Rules _rules;

    private V1Conversion(JsonObject document)
    {
        (_metadata, _spec) = (new(document["metadata"] as JsonObject, "metadata"), new(document["spec"] as JsonObject, "spec"));
        _rules = new(_notes);
    }

    /// <exception cref="FormatException">It cannot become a v3 resource; the message names the field.</exception>
    public static V1Converted Convert(JsonObject document)
    {
        var conversion = new V1Conversion(document);
        var kind = $"{document["kind"]}";
        var (what, made) = kind.ToLowerInvariant() switch
        {
            "ippool" => conversion.Pool(),
            "node" => conversion.Node(),
            "bgppeer" => conversion.Peer(),
            "profile" => conversion.Profile(),
            "policy" => conversion.Policy(),
            "hostendpoint" => conversion.HostEndpoint(),
            "workloadendpoint" => conversion.WorkloadEndpoint(),
            _ => throw new FormatException($"kind: '{kind}' is none of Calico v1: they are ipPool, node, bgpPeer, profile, policy, hostEndpoint and workloadEndpoint"),
        };
        conversion._notes.AddRange(conversion._metadata.Left.Concat(conversion._spec.Left).Select(field => $"{field} is not known and is left out"));
        return new($"{kind} {what}", made, conversion._notes);
    }

    private (string, JsonObject) Pool()
    {
        var cidr = V1Rules.Masked(_metadata.Must("cidr"));
        var tunnel = _spec.Object("ipip");
        if (tunnel.IsTrue("enabled"))
            _notes.Add($"spec.ipip (mode {tunnel.Text("mode")}) is left out: this version routes without tunnels");
        var isIPv4 = !cidr.Contains(':', StringComparison.Ordinal);
        return (cidr, Document(Kinds.IPPool, V1Names.OfPool(cidr), new()
        {
            ["cidr"] = cidr,
            ["blockSize"] = isIPv4 ? 26 : 122,
            ["natOutgoing"] = _spec.IsTrue("nat-outgoing"),
            ["disabled"] = _spec.IsTrue("disabled"),
            ["nodeSelector"] = "all()",
        }));
    }

    private (string, JsonObject) Node()
    {
        var name = _metadata.Must("name");
        var bgp = _spec.Object("bgp");
        var made = new JsonObject();
        Set(made, "asNumber", bgp.Take("asNumber"));
        foreach (var (field, length) in (ReadOnlySpan<(string, int)>)[("ipv4Address", 32), ("ipv6Address", 128)])
        {
            if (bgp.Text(field) is { Length: > 0 } address)
                made[field] = address.Contains('/', StringComparison.Ordinal) ? address : $"{address}/{length}";
        }

        _notes.AddRange(bgp.Left.Select(field => $"{field} is left out: this version has no use for it"));
        if (_spec.Take("orchRefs") is not null)
            _notes.Add("spec.orchRefs is left out: this version has no use for it");
        return (name, Document(Kinds.Node, V1Names.OfNode(name), made.Count == 0 ? [] : new() { ["bgp"] = made }));
    }

    private (string, JsonObject) Peer()
    {
        if (!IPAddress.TryParse(_metadata.Must("peerIP"), out var address))
            throw new FormatException("metadata.peerIP: is no address");

        var (scope, node) = (_metadata.Text("scope"), V1Names.OfNode(_metadata.Text("node")));
        if (scope is not ("global" or "node") || (scope == "node") == (node.Length == 0))
            throw new FormatException("metadata.scope: must be global, without a node, or node, with one");

        var made = new JsonObject { ["peerIP"] = $"{address}" };
        Set(made, "asNumber", _spec.Take("asNumber"));
        if (node.Length > 0)
            made["node"] = node;
        var name = V1Names.OfAddress(address);
        return ($"{address} {(node.Length > 0 ? $"of {node}" : "global")}", Document(Kinds.BgpPeer, node.Length > 0 ? $"{node}.{name}" : name, made));
    }

    private (string, JsonObject) Profile()
    {
        var name = _metadata.Must("name");
        var labels = _metadata.Take("labels")?.DeepClone() as JsonObject ?? [];
        foreach (var tag in _metadata.Items("tags").Select(tag => $"{tag}"))
        {
            if (!labels.TryAdd(tag, ""))
                throw new FormatException($"metadata.tags: '{tag}' is a tag and a label of this profile; rename one of them");
        }

        var made = new JsonObject();
        Set(made, "labelsToApply", labels.Count == 0 ? null : labels);
        Set(made, "ingress", _rules.Convert(_spec.Items("ingress"), "spec.ingress"));
        Set(made, "egress", _rules.Convert(_spec.Items("egress"), "spec.egress"));
        return (name, Document(Kinds.Profile, V1Names.OfProfile(name), made));
    }

    private (string, JsonObject) Policy()
    {
        var name = _metadata.Must("name");
        var (ingress, egress) = (_spec.Items("ingress"), _spec.Items("egress"));
        var types = _spec.Items("types").Select(type => $"{type}".Equals("egress", StringComparison.OrdinalIgnoreCase) ? "Egress" : "Ingress").ToList();
        if (types.Count == 0)
            types = (ingress.Count, egress.Count) switch { (_, 0) => ["Ingress"], (0, _) => ["Egress"], _ => ["Ingress", "Egress"] };

        var made = new JsonObject { ["types"] = new JsonArray([.. types.Select(type => JsonValue.Create(type))]) };
        Set(made, "order", _spec.Take("order"));
        if (_spec.Text("selector") is { Length: > 0 } selector)
            made["selector"] = V1Names.InSelector(selector);
        Set(made, "ingress", _rules.Convert(ingress, "spec.ingress"));
        Set(made, "egress", _rules.Convert(egress, "spec.egress"));
        foreach (var early in (ReadOnlySpan<string>)["doNotTrack", "preDNAT"])
        {
            if (!_spec.IsTrue(early))
                continue;

            made[early] = true;
            made["applyOnForward"] = true;
        }

        return (name, Document(Kinds.GlobalNetworkPolicy, V1Names.WithoutDots(name), made, annotations: _metadata.Take("annotations")));
    }

    private (string, JsonObject) HostEndpoint()
    {
        var (name, node) = (_metadata.Must("name"), V1Names.OfNode(_metadata.Must("node")));
        var made = new JsonObject { ["node"] = node };
        Set(made, "interfaceName", _spec.Take("interfaceName"));
        Set(made, "expectedIPs", _spec.Take("expectedIPs"));
        Set(made, "ports", _spec.Take("ports"));
        Set(made, "profiles", Profiles());
        return ($"{name} on {node}", Document(Kinds.HostEndpoint, V1Names.Of($"{node}.{name}"), made, _metadata.Take("labels")));
    }

    private (string, JsonObject) WorkloadEndpoint()
    {
        var (name, orchestrator, workload) = (_metadata.Must("name"), _metadata.Must("orchestrator"), _metadata.Must("workload"));
        var made = new JsonObject
        {
            ["orchestrator"] = V1Names.Of(orchestrator),
            ["node"] = V1Names.OfNode(_metadata.Must("node")),
            ["endpoint"] = V1Names.Of(name),
        };
        var (field, value) = orchestrator switch
        {
            "cni" => ("containerID", workload),
            "libnetwork" => ("workload", "libnetwork"),
            "k8s" => throw new FormatException("metadata.orchestrator: pods of Kubernetes are not taken over; they are made anew by its CNI plugin"),
            _ => ("workload", V1Names.Of(workload)),
        };
        made[field] = value;
        Set(made, "interfaceName", _spec.Take("interfaceName"));
        Set(made, "mac", _spec.Take("mac"));
        Set(made, "ipv4Gateway", _spec.Take("ipv4Gateway"));
        Set(made, "ipv6Gateway", _spec.Take("ipv6Gateway"));
        Set(made, "profiles", Profiles());
        made["ipNetworks"] = new JsonArray([.. _spec.Items("ipNetworks").Select(net => JsonValue.Create(V1Rules.Masked($"{net}")))]);
        return (name, Document(Kinds.WorkloadEndpoint, name: null, made, _metadata.Take("labels")));
    }

    private JsonArray? Profiles() =>
        _spec.Items("profiles") is { Count: > 0 } profiles ? new([.. profiles.Select(profile => JsonValue.Create(V1Names.OfProfile($"{profile}")))]) : null;

    /// <param name="kind">Of v3.</param>
    /// <param name="name">Null: it follows from the spec.</param>
    /// <param name="spec">As it shall be.</param>
    /// <param name="labels">As they were.</param>
    /// <param name="annotations">As they were.</param>
    private static JsonObject Document(ResourceKind kind, string? name, JsonObject spec, JsonNode? labels = null, JsonNode? annotations = null)
    {
        var metadata = new JsonObject();
        Set(metadata, "name", name is null ? null : JsonValue.Create(name));
        Set(metadata, "labels", labels);
        Set(metadata, "annotations", annotations);
        if (kind.IsNamespaced)
            metadata["namespace"] = "default";
        return new() { ["apiVersion"] = ResourceKind.ApiVersion, ["kind"] = kind.Name, ["metadata"] = metadata, ["spec"] = spec };
    }

    private static void Set(JsonObject made, string field, JsonNode? value)
    {
        if (value is not null)
            made[field] = value.Parent is null ? value : value.DeepClone();
    }
}

/// <param name="What">The v1 resource, as its users know it.</param>
/// <param name="Document">Of v3.</param>
/// <param name="Notes">What is left out or otherwise than it was, in words.</param>
internal sealed record V1Converted(string What, JsonObject Document, IReadOnlyList<string> Notes);
