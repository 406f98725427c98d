using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

public sealed record Rule
{
    public RuleAction Action { get; init; }

    /// <summary>4 or 6; absent: both.</summary>
    public int? IpVersion { get; init; }

    public Protocol? Protocol { get; init; }

    public Protocol? NotProtocol { get; init; }

    public Icmp? Icmp { get; init; }

    public Icmp? NotICMP { get; init; }

    public EntityRule? Source { get; init; }

    public EntityRule? Destination { get; init; }

    /// <summary>Cannot be enforced here; kept for those who can, and a rule with it never allows.</summary>
    public HttpMatch? Http { get; init; }

    public RuleMetadata? Metadata { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<RuleAction>))]
public enum RuleAction
{
    Unset,
    Allow,
    Deny,
    Log,
    Pass,
}

public sealed record Icmp
{
    public byte? Type { get; init; }

    public byte? Code { get; init; }
}

public sealed record RuleMetadata
{
    public Labels? Annotations { get; init; }
}

/// <summary>One side of a rule; all that is given must hold.</summary>
public sealed record EntityRule
{
    public ValueList<IPNetwork>? Nets { get; init; }

    public ValueList<IPNetwork>? NotNets { get; init; }

    public string? Selector { get; init; }

    public string? NotSelector { get; init; }

    public string? NamespaceSelector { get; init; }

    public ServiceAccountMatch? ServiceAccounts { get; init; }

    /// <summary>Cannot be enforced here, where nobody tells of a service's addresses; a rule with it never allows.</summary>
    public ServiceMatch? Services { get; init; }

    public ValueList<Port>? Ports { get; init; }

    public ValueList<Port>? NotPorts { get; init; }
}
