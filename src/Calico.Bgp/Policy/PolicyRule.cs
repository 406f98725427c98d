namespace Calico.Bgp.Policy;

/// <summary>One rule of <see cref="RoutePolicy.Ordered"/>.</summary>
public sealed record PolicyRule(PolicyAction Action)
{
    /// <summary>By default every route.</summary>
    public RouteMatch Match { get; init; } = new();

    /// <summary>What the route is changed to if the rule matches and the policy accepts it.</summary>
    public RouteActions? Set { get; init; }
}

public enum PolicyAction
{
    Accept,
    Reject,

    /// <summary>Changes the route and leaves the decision to the rules after it.</summary>
    Continue,
}
