using System.Net;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>What a node has written of itself: of each class that was asked for.</summary>
/// <remarks>The fields are Calico's, which has a daemon for each address family; here one program does for both.</remarks>
public sealed record CalicoNodeStatusStatus
{
    public DateTimeOffset? LastUpdated { get; init; }

    public AgentReport? Agent { get; init; }

    public BgpReport? Bgp { get; init; }

    public RoutesReport? Routes { get; init; }
}

public sealed record AgentReport(DaemonReport? BirdV4, DaemonReport? BirdV6);

public sealed record DaemonReport
{
    /// <summary><c>Ready</c> or <c>NotReady</c>.</summary>
    public required string State { get; init; }

    public required string Version { get; init; }

    public IPAddress? RouterID { get; init; }

    public DateTimeOffset? LastBootTime { get; init; }

    public DateTimeOffset? LastReconfigurationTime { get; init; }
}

public sealed record BgpReport
{
    public required int NumberEstablishedV4 { get; init; }

    public required int NumberEstablishedV6 { get; init; }

    public required int NumberNotEstablishedV4 { get; init; }

    public required int NumberNotEstablishedV6 { get; init; }

    public ValueList<PeerReport> PeersV4 { get; init; } = [];

    public ValueList<PeerReport> PeersV6 { get; init; } = [];
}

public sealed record PeerReport
{
    public required IPAddress PeerIP { get; init; }

    /// <summary><c>NodeMesh</c>, <c>NodePeer</c> or <c>GlobalPeer</c>.</summary>
    public required string Type { get; init; }

    /// <summary>As RFC 4271 names it, such as <c>Established</c>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset Since { get; init; }
}

public sealed record RoutesReport
{
    public ValueList<RouteReport> RoutesV4 { get; init; } = [];

    public ValueList<RouteReport> RoutesV6 { get; init; } = [];
}

public sealed record RouteReport
{
    /// <summary><c>FIB</c>: in the kernel; <c>RIB</c>: known, and not used.</summary>
    public required string Type { get; init; }

    public required IPNetwork Destination { get; init; }

    public IPAddress? Gateway { get; init; }

    public string? Interface { get; init; }

    public required RouteOriginReport LearnedFrom { get; init; }
}

/// <param name="SourceType"><c>Kernel</c>, <c>Static</c>, <c>Direct</c>, <c>NodeMesh</c> or <c>BGPPeer</c>.</param>
/// <param name="PeerIP">Of the last two.</param>
public sealed record RouteOriginReport(string SourceType, IPAddress? PeerIP = null);
