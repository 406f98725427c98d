using System.Net;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>A Docker network of ours that every host is to have, where Docker itself does not share networks between hosts.</summary>
/// <remarks>
/// A kind of Calico Sharp's own. The resource's name is the network's name made fit for a resource
/// (<see cref="Hosts.NetworkNames"/>); <see cref="NetworkName"/> is the name as the user gave it.
/// </remarks>
public sealed record DockerNetworkSpec
{
    public string NetworkName { get; init; } = "";

    /// <summary>As given by <c>--subnet</c>; empty: any of the pools.</summary>
    public ValueList<IPNetwork>? Subnets { get; init; }

    public bool? EnableIPv6 { get; init; }

    public bool? Attachable { get; init; }

    /// <summary>Its containers reach each other and nobody else.</summary>
    public bool? Internal { get; init; }

    /// <summary>As given by <c>--opt</c>.</summary>
    public Labels? Options { get; init; }

    /// <summary>As given by <c>--label</c>.</summary>
    public Labels? Labels { get; init; }
}
