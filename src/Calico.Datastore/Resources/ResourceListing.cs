using Calico.Model.Resources;

namespace Calico.Datastore.Resources;

/// <typeparam name="T">The resource.</typeparam>
/// <param name="Items">In order of namespace and name.</param>
/// <param name="Revision">Of the store: watch after it to miss nothing.</param>
/// <param name="Unreadable">Those that are there but cannot be read.</param>
public sealed record ResourceListing<T>(IReadOnlyList<T> Items, long Revision, IReadOnlyList<UnreadableException> Unreadable)
    where T : class, IResource;
