using System.Runtime.InteropServices;
using Calico.Datastore.Resources;
using Calico.Model.Store;

namespace Calico.Datastore.Syncing;

/// <summary>A value of the store, read.</summary>
/// <param name="Stored">As the store has it.</param>
/// <param name="Name">What its key names; null: nothing that is known here.</param>
/// <param name="Value">What it says; null if it cannot be read, or is not known.</param>
/// <param name="Fault">Why it cannot be read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Decoded(StoredValue Stored, StoreName? Name, object? Value, UnreadableException? Fault)
{
    /// <summary>Fewer are not worth a second thread.</summary>
    private const int Few = 500;

    /// <summary>So many at once: what is read is handed on before the rest.</summary>
    private const int Portion = 5000;

    /// <summary>More processors than this are left to others: a node shares its host.</summary>
    private const int MostProcessors = 4;

    public static Decoded Of(StoredValue stored)
    {
        if (StoreKeys.Parse(stored.Key) is not { } name)
            return new(stored, Name: null, Value: null, Fault: null);

        try
        {
            return new(stored, name, StoreCodec.Read(name, stored), Fault: null);
        }
        catch (UnreadableException e)
        {
            return new(stored, name, Value: null, e);
        }
    }

    /// <summary>All of them, in their order; many by several threads.</summary>
    public static IEnumerable<Decoded> All(IReadOnlyList<StoredValue> items) => items.Count < Few
        ? items.Select(Of)
        : items.Chunk(Portion).SelectMany(some => some.AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Min(MostProcessors, Environment.ProcessorCount)).Select(Of).ToArray());
}
