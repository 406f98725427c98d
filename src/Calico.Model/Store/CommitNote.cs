namespace Calico.Model.Store;

/// <summary>Who changed resources last and when, written with every change of one: what the store keeps of its past tells it of each.</summary>
/// <param name="Time">By the writer's clock.</param>
/// <param name="Author">Such as <c>calicoctl apply (root)</c>, <c>calico-node@vms100</c>.</param>
public sealed record CommitNote(DateTimeOffset Time, string Author);
