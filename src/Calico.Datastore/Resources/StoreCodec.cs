using System.Buffers;
using System.Text.Json;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Store;

namespace Calico.Datastore.Resources;

/// <summary>Values of the store to and from the model, laid out as Calico v3 lays them out.</summary>
public static class StoreCodec
{
    /// <summary>Reads what the name says should be there: a resource, a block, an affinity or a handle.</summary>
    /// <exception cref="UnreadableException">The value is broken; the message names the key and what is wrong.</exception>
    public static object Read(StoreName name, StoredValue stored)
    {
        try
        {
            return name switch
            {
                StoreName.OfResource of => ReadResource(of.Id, stored),
                StoreName.OfBlock of => ReadBlock(of, stored),
                StoreName.OfAffinity when stored.Value.IsEmpty => new BlockAffinity(), // old data: empty means confirmed
                StoreName.OfAffinity => Present(JsonSerializer.Deserialize(stored.Value.Span, ModelJson.Default.BlockAffinity)),
                StoreName.OfHandle => Present(JsonSerializer.Deserialize(stored.Value.Span, ModelJson.Default.Handle)),
                _ => throw new JsonException($"{name} is not read"),
            };
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new UnreadableException(stored.Key, e);
        }
    }

    /// <inheritdoc cref="Read(StoreName, StoredValue)"/>
    public static Resource<TSpec> Read<TSpec>(ResourceId id, StoredValue stored)
        where TSpec : class => (Resource<TSpec>)Read(new StoreName.OfResource(id), stored);

    /// <summary>The value of a resource; its version is not part of it, for that is the key's revision.</summary>
    public static byte[] Write(IResource resource)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ResourceJson.Write(resource.WithMetadata(resource.Metadata with { ResourceVersion = null })).WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Write(Block block) => JsonSerializer.SerializeToUtf8Bytes(block, ModelJson.Default.Block);

    public static byte[] Write(BlockAffinity affinity) => JsonSerializer.SerializeToUtf8Bytes(affinity, ModelJson.Default.BlockAffinity);

    public static byte[] Write(Handle handle) => JsonSerializer.SerializeToUtf8Bytes(handle, ModelJson.Default.Handle);

    private static IResource ReadResource(ResourceId id, StoredValue stored)
    {
        var resource = ResourceJson.Read(stored.Value.Span, id.Kind, ModelJson.Default);

        // The key says what it is, whatever the value claims of itself.
        return resource.WithMetadata(resource.Metadata with
        {
            Name = id.Name,
            Namespace = id.Namespace,
            ResourceVersion = stored.Revision.ToString(),
        });
    }

    private static Block ReadBlock(StoreName.OfBlock name, StoredValue stored)
    {
        var block = Present(JsonSerializer.Deserialize(stored.Value.Span, ModelJson.Default.Block));
        var size = block.Cidr.Size;
        if (block.Cidr != name.Cidr)
            throw new JsonException($"holds the block {block.Cidr} where {name.Cidr} belongs");
        if ((UInt128)block.Allocations.Count != size)
            throw new JsonException($"lists {block.Allocations.Count} addresses where the block has {size}");
        if (block.Allocations.Any(index => index < 0 || index >= block.Attributes.Count))
            throw new JsonException("an address refers to an owner that is not listed");
        if (block.Unallocated.Any(ordinal => ordinal < 0 || ordinal >= block.Allocations.Count || block.Allocations[ordinal] is not null))
            throw new JsonException("an address that is in use, or that is not in the block, is listed as free");

        return block;
    }

    private static T Present<T>(T? value)
        where T : class => value ?? throw new JsonException("expected an object, found null");
}
