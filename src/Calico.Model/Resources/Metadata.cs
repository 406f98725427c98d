using Calico.Model.Values;

namespace Calico.Model.Resources;

/// <summary>What every resource carries beside its spec.</summary>
public sealed record Metadata
{
    /// <summary>DNS-1123 subdomain, at most 253 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of namespaced kinds only; null for global ones.</summary>
    public string? Namespace { get; init; }

    public Labels? Labels { get; init; }

    public Labels? Annotations { get; init; }

    public string? Uid { get; init; }

    /// <summary>The store's revision of the last change, as text; given back on update it makes the update compare-and-swap.</summary>
    public string? ResourceVersion { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }
}
