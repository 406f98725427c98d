using System.Globalization;
using System.Net;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>Whose an address is.</summary>
public sealed record AddressOwner
{
    internal const string Timestamp = "timestamp";

    /// <summary>Calico's form begins so; behind it stand a fraction and the zone, always UTC.</summary>
    private const string TimeForm = "yyyy-MM-dd HH:mm:ss";

    public required IPAddress Address { get; init; }

    public required string? HandleId { get; init; }

    public required Labels Attributes { get; init; }

    public required IPNetwork Block { get; init; }

    /// <summary>The host whose block it is from; not where it is used if it was borrowed.</summary>
    public required string? BlockHost { get; init; }

    public Labels? AlternateAttributes { get; init; }

    /// <summary>It is nobody's, and is not given out again yet.</summary>
    public bool IsCooling { get; init; }

    /// <summary>When it was given out; null if that was not noted.</summary>
    public DateTimeOffset? Since => Attributes.TryGetValue(Timestamp, out var text) && text.Length >= TimeForm.Length
        && DateTimeOffset.TryParseExact(text[..TimeForm.Length], TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
            ? since
            : null;

    /// <summary>The node where it is used; null if that was not noted.</summary>
    public string? Node => Attributes.GetValueOrDefault("node") is { Length: > 0 } node ? node : null;

    /// <summary>In words: <c>handle H, endpoint E on node N</c>.</summary>
    public override string ToString()
    {
        var parts = Attributes.Where(pair => pair.Key is not "node" and not Timestamp).Select(pair => $"{pair.Key} {pair.Value}");
        var owner = string.Join(", ", parts.Prepend($"handle {HandleId ?? "<none>"}"));
        return Node is { } node ? $"{owner} on node {node}" : owner;
    }

    internal static string Write(DateTimeOffset time) => time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture) + " +0000 UTC";

    internal static AddressOwner? Of(Block block, IPAddress address) => BlockEdits.OwnerOf(block, address) is { } owner
        ? new()
        {
            Address = address,
            HandleId = owner.HandleId,
            Attributes = owner.Secondary ?? Labels.Empty,
            Block = block.Cidr,
            BlockHost = block.Host,
            AlternateAttributes = owner.AlternateOwnerAttrs,
            IsCooling = owner.IsCooling,
        }
        : null;
}
