using System.Net;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>Whose an address is.</summary>
public sealed record AddressOwner
{
    public required IPAddress Address { get; init; }

    public required string? HandleId { get; init; }

    public required Labels Attributes { get; init; }

    public required IPNetwork Block { get; init; }

    /// <summary>The host whose block it is from; not where it is used if it was borrowed.</summary>
    public required string? BlockHost { get; init; }

    /// <summary>The node where it is used.</summary>
    public string? Node => Attributes.GetValueOrDefault("node");

    /// <summary>In words: <c>handle H, endpoint E on node N</c>.</summary>
    public override string ToString()
    {
        var parts = Attributes.Where(pair => pair.Key is not "node" and not "timestamp").Select(pair => $"{pair.Key} {pair.Value}");
        var owner = string.Join(", ", parts.Prepend($"handle {HandleId ?? "<none>"}"));
        return Node is { } node ? $"{owner} on node {node}" : owner;
    }

    internal static AddressOwner? Of(Block block, IPAddress address) => BlockEdits.OwnerOf(block, address) is { } owner
        ? new()
        {
            Address = address,
            HandleId = owner.HandleId,
            Attributes = owner.Secondary ?? Labels.Empty,
            Block = block.Cidr,
            BlockHost = block.Host,
        }
        : null;
}
