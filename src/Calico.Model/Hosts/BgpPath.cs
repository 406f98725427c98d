using System.Net;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>One path to a prefix, as <c>GET /bgp/routes</c> on the node's socket answers and <c>calicoctl bgp routes</c> prints.</summary>
public sealed record BgpPath
{
    public required IPNetwork Prefix { get; init; }

    /// <summary>The name of the peering it came by; <c>local</c> for the node's own.</summary>
    public required string Peer { get; init; }

    public required IPAddress NextHop { get; init; }

    public string AsPath { get; init; } = "";

    public string Origin { get; init; } = "";

    public uint? LocalPreference { get; init; }

    public uint? Med { get; init; }

    public ValueList<string> Communities { get; init; } = [];

    public bool IsBest { get; init; }

    /// <summary>One of those that share the traffic.</summary>
    public bool IsMultipath { get; init; }

    /// <summary>Kept while its peer is away.</summary>
    public bool IsStale { get; init; }

    /// <summary>Why it is not the best one, in words; null of the best.</summary>
    public string? Decision { get; init; }
}

/// <summary>Why a prefix goes where it goes: what <c>calicoctl bgp why</c> prints.</summary>
public sealed record BgpExplanation
{
    public required IPNetwork Prefix { get; init; }

    /// <summary>The best first.</summary>
    public ValueList<BgpPath> Paths { get; init; } = [];

    /// <summary>The kernel's routes to exactly this prefix, in words; empty: none.</summary>
    public ValueList<string> Kernel { get; init; } = [];

    /// <summary>The kernel's route that an address of the prefix takes now, where that is another; null: none.</summary>
    public string? Covering { get; init; }
}

/// <summary>Something that happened to a session or a route: a line of <c>calicoctl bgp monitor</c>.</summary>
/// <param name="At">When.</param>
/// <param name="What">In words.</param>
public sealed record BgpEvent(DateTimeOffset At, string What);
