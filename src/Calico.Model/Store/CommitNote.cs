namespace Calico.Model.Store;

/// <summary>Who changed resources last and when, written with every change of one: what the store keeps of its past tells it of each.</summary>
/// <param name="Time">By the writer's clock.</param>
/// <param name="Author">Such as <c>calicoctl apply (root@vms100)</c>, <c>calico-node@vms100</c>.</param>
/// <param name="Reason">In the author's words, if any were given.</param>
public sealed record CommitNote(DateTimeOffset Time, string Author, string? Reason = null);
