using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Bidirectional forwarding detection beside a BGP session (RFC 5880, RFC 5881). Calico has no such field: an addition of this version.</summary>
public sealed record BgpBfdSpec
{
    /// <summary>How often each side says that it is there; absent: 300ms.</summary>
    public Duration? Interval { get; init; }

    /// <summary>So many in a row may be missed; absent: 3.</summary>
    public int? Multiplier { get; init; }
}
