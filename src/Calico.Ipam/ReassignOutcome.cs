using System.Net;

namespace Calico.Ipam;

/// <summary>What came of making one owner's address another's.</summary>
public abstract record ReassignOutcome
{
    private ReassignOutcome()
    {
    }

    /// <summary>It is the new owner's, since now or since an earlier attempt.</summary>
    public sealed record Done : ReassignOutcome;

    /// <summary>It is neither the old nor the new owner's.</summary>
    public sealed record OfAnother(AddressOwner Owner) : ReassignOutcome;

    /// <summary>It is nobody's.</summary>
    public sealed record NotAssigned(IPAddress Address) : ReassignOutcome;
}
