using System.Collections.Immutable;

namespace Calico.Dataplane;

/// <summary>How a round ended.</summary>
/// <param name="Ready">The interfaces of endpoints that have all they need in the kernel.</param>
/// <param name="Problems">What is not in line, in order.</param>
/// <param name="NeedsRetry">Some of it may go well on another try without anything else changing.</param>
internal sealed record Outcome(IReadOnlySet<string> Ready, ImmutableArray<string> Problems, bool NeedsRetry)
{
    /// <summary>Somebody else had changed our table, and it was put right.</summary>
    public bool IsTampered { get; init; }

    /// <summary>Before the first round.</summary>
    public static readonly Outcome None = new(new HashSet<string>(), [], NeedsRetry: false);
}
