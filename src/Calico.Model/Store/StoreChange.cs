using Calico.Model.Resources;

namespace Calico.Model.Store;

/// <summary>One thing of the store as it is now; a null value means that it is gone.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">
/// An <see cref="IResource"/> for <see cref="StoreName.OfResource"/>, a <see cref="Block"/> for <see cref="StoreName.OfBlock"/>,
/// a <see cref="BlockAffinity"/> for <see cref="StoreName.OfAffinity"/>.
/// </param>
public readonly record struct StoreChange(StoreName Name, object? Value);
