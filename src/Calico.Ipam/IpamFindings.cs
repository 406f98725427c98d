using System.Net;

namespace Calico.Ipam;

/// <summary>Where the books of addresses disagree with each other or with who is there.</summary>
public sealed record IpamFindings
{
    /// <summary>Given out, and nobody there has them.</summary>
    public IReadOnlyList<Leak> Leaks { get; init; } = [];

    /// <summary>An endpoint or node has them, a pool holds them, and no block says so: they could be given out again.</summary>
    public IReadOnlyList<Holder> Unallocated { get; init; } = [];

    /// <summary>An endpoint has them, and they are of no pool.</summary>
    public IReadOnlyList<Holder> OutsidePools { get; init; } = [];

    /// <summary>Two have the same one.</summary>
    public IReadOnlyList<(IPAddress Address, IReadOnlyList<string> Holders)> Shared { get; init; } = [];

    /// <summary>Handles that name addresses of blocks which know nothing of them.</summary>
    public IReadOnlyList<string> StaleHandles { get; init; } = [];

    /// <summary>Handles that blocks name and that are not there, or count too few.</summary>
    public IReadOnlyList<string> MissingHandles { get; init; } = [];

    /// <summary>Blocks that contradict themselves, each other, their claims or the pools; in words.</summary>
    public IReadOnlyList<string> BadBlocks { get; init; } = [];

    /// <summary>How many problems there are.</summary>
    public int Count => Leaks.Count + Unallocated.Count + OutsidePools.Count + Shared.Count + StaleHandles.Count + MissingHandles.Count + BadBlocks.Count;
}

/// <param name="Owner">What the block says.</param>
/// <param name="Evidence">Why nobody can have it, in words.</param>
public sealed record Leak(AddressOwner Owner, string Evidence);

/// <param name="Address">The address.</param>
/// <param name="Name">Who has it: <c>WorkloadEndpoint(default/x)</c>, <c>Node(a)'s tunnel</c>.</param>
public sealed record Holder(IPAddress Address, string Name);
