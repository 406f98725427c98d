using System.Net;
using System.Runtime.InteropServices;

namespace Calico.Ipam;

/// <summary>What came of giving an address back.</summary>
public abstract record ReleaseOutcome
{
    private ReleaseOutcome()
    {
    }

    public sealed record Released(IPAddress Address) : ReleaseOutcome;

    /// <summary>It was free already.</summary>
    public sealed record NotAssigned(IPAddress Address) : ReleaseOutcome;

    /// <summary>It belongs to somebody else by now and was left alone.</summary>
    public sealed record OfAnother(AddressOwner Owner) : ReleaseOutcome;
}

/// <param name="Addresses">How many addresses were released.</param>
/// <param name="Blocks">How many blocks the host gave up.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HostRelease(int Addresses, int Blocks);
