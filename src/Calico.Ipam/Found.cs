using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ipam;

/// <summary>Where an address may be taken from, or why from nowhere.</summary>
/// <param name="Block">The block; with revision 0 it is to be made. Null if none was found.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Refused">Why none was found.</param>
internal readonly record struct Found(StoredBlock? Block, Resource<IPPoolSpec>? Pool, AssignOutcome.Refused? Refused)
{
    /// <summary>Not null: the block is that host's, empty, and is taken over.</summary>
    public string? FormerHost { get; init; }

    public static Found None(AssignFault fault, string message) => new(Block: null, Pool: null, new(fault, message));
}
