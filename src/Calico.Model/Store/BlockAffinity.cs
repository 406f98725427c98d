using System.Text.Json.Serialization;

namespace Calico.Model.Store;

/// <summary>A host's claim on a block. Only a confirmed one says that the block is the host's.</summary>
public sealed record BlockAffinity
{
    public AffinityState State { get; init; }

    public bool Deleted { get; init; }
}

/// <remarks>Calico also reads an empty value, or an empty state, as confirmed.</remarks>
[JsonConverter(typeof(AffinityStateJson))]
public enum AffinityState
{
    Confirmed,
    Pending,
    PendingDeletion,
}

internal sealed class AffinityStateJson : Addresses.TextJson<AffinityState>
{
    protected override string Expected => "an affinity state: confirmed, pending or pendingDeletion";

    protected override bool TryParse(string text, out AffinityState value)
    {
        (value, var known) = text switch
        {
            "" or "confirmed" => (AffinityState.Confirmed, true),
            "pending" => (AffinityState.Pending, true),
            "pendingDeletion" => (AffinityState.PendingDeletion, true),
            _ => default,
        };
        return known;
    }

    protected override string Format(AffinityState value) => value switch
    {
        AffinityState.Pending => "pending",
        AffinityState.PendingDeletion => "pendingDeletion",
        _ => "confirmed",
    };
}
