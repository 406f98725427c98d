using System.Net;

namespace Calico.Netlink.Routing;

/// <summary>An address on a link.</summary>
public sealed record LinkAddress
{
    public required int Link { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>How much of it the link's subnet shares: 32 or 128 for an address alone.</summary>
    public required int PrefixLength { get; init; }

    public RouteScope Scope { get; init; }

    /// <summary>For adding: skip IPv6's duplicate address detection (IFA_F_NODAD), so that it can be used at once.</summary>
    public bool SkipDuplicateDetection { get; init; }

    /// <summary>IPv6 duplicate address detection has not ended yet (IFA_F_TENTATIVE).</summary>
    public bool IsTentative { get; init; }

    public override string ToString() => $"{Address}/{PrefixLength} on link {Link}";
}
