using System.Net;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>A host's own interface put under policy.</summary>
public sealed record HostEndpointSpec
{
    public string? Node { get; init; }

    /// <summary>The interface, or <c>*</c>: all that have no host endpoint of their own. Absent: found by <see cref="ExpectedIPs"/>.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Also the addresses that selectors find the endpoint by; an interface's own are not learnt.</summary>
    public ValueList<IPAddress>? ExpectedIPs { get; init; }

    /// <summary>Applied after all policy, in this order.</summary>
    public ValueList<string>? Profiles { get; init; }

    public ValueList<EndpointPort>? Ports { get; init; }
}
