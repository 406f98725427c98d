using System.Net;

namespace Calico.Ipam;

/// <summary>What came of a request for addresses.</summary>
public abstract record AssignOutcome
{
    private AssignOutcome()
    {
    }

    /// <param name="Addresses">IPv4 first.</param>
    public sealed record Assigned(IReadOnlyList<AssignedAddress> Addresses) : AssignOutcome;

    /// <param name="Fault">Why, for programs.</param>
    /// <param name="Message">Why and what to do, for the user; nothing is left assigned.</param>
    public sealed record Refused(AssignFault Fault, string Message) : AssignOutcome;
}

/// <param name="Address">The address itself.</param>
/// <param name="Block">The block it is from.</param>
/// <param name="Pool">The pool that the block is from.</param>
public readonly record struct AssignedAddress(IPAddress Address, IPNetwork Block, IPNetwork Pool);

public enum AssignFault
{
    /// <summary>No enabled pool serves the node.</summary>
    NoPools,

    /// <summary>A pool that was asked for does not exist or is not enabled.</summary>
    NoSuchPool,

    /// <summary>All addresses of the pools are in use.</summary>
    Exhausted,

    /// <summary>The host holds as many blocks as it may.</summary>
    BlockLimit,

    /// <summary>The address is somebody's.</summary>
    InUse,

    /// <summary>The address is in no enabled pool.</summary>
    NotInPool,

    /// <summary>The address lies in a block that overlaps a subnet which a host itself is on.</summary>
    HostSubnet,

    /// <summary>The address lies in another host's block, and strict affinity forbids to borrow it.</summary>
    StrictAffinity,

    /// <summary>Others were faster a hundred times in a row.</summary>
    Contention,
}
