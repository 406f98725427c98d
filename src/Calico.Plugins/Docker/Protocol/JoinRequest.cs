namespace Calico.Plugins.Docker.Protocol;

internal sealed record JoinRequest
{
    public string? NetworkID { get; init; }

    public string? EndpointID { get; init; }

    /// <summary>The path of the container's network namespace.</summary>
    public string? SandboxKey { get; init; }
}

internal sealed record JoinResponse
{
    public required InterfaceName InterfaceName { get; init; }

    public string? Gateway { get; init; }

    public string? GatewayIPv6 { get; init; }

    public IReadOnlyList<StaticRoute> StaticRoutes { get; init; } = [];

    /// <summary>True: Docker adds no interface to docker_gwbridge.</summary>
    public bool DisableGatewayService { get; init; }
}

/// <param name="SrcName">An interface of the host; Docker moves it into the container.</param>
/// <param name="DstPrefix">Its name there, before a counter of Docker's.</param>
internal sealed record InterfaceName(string SrcName, string DstPrefix);

/// <param name="Destination">A prefix.</param>
/// <param name="RouteType">0: by <paramref name="NextHop"/>; 1: on-link.</param>
/// <param name="NextHop">Empty on-link.</param>
internal sealed record StaticRoute(string Destination, int RouteType, string NextHop)
{
    public const int OnLink = 1;
}
