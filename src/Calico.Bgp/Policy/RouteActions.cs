using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Policy;

/// <summary>What a rule makes of a route.</summary>
public sealed record RouteActions
{
    /// <summary>Those that the route has already are not added twice.</summary>
    public ValueArray<uint> AddCommunities { get; init; } = [];

    public ValueArray<LargeCommunity> AddLargeCommunities { get; init; } = [];

    /// <summary>Takes all communities off before any are added: standard and large ones.</summary>
    public bool ClearsCommunities { get; init; }

    /// <summary>Put in front of the AS_PATH, in this order; our own AS towards an external peer still comes before them.</summary>
    public ValueArray<uint> Prepend { get; init; } = [];

    /// <summary>Peers outside our AS never see it.</summary>
    public uint? LocalPreference { get; init; }

    public uint? MultiExitDiscriminator { get; init; }

    internal PathAttributes Apply(PathAttributes attributes)
    {
        if (ClearsCommunities)
            attributes = attributes with { Communities = [], LargeCommunities = [] };
        var path = attributes.AsPath;
        for (var i = Prepend.Count - 1; i >= 0; i--)
            path = path.Prepend(Prepend[i]);
        return attributes with
        {
            AsPath = path,
            Communities = Union(attributes.Communities, AddCommunities),
            LargeCommunities = Union(attributes.LargeCommunities, AddLargeCommunities),
            LocalPreference = LocalPreference ?? attributes.LocalPreference,
            MultiExitDiscriminator = MultiExitDiscriminator ?? attributes.MultiExitDiscriminator,
        };
    }

    private static ValueArray<T> Union<T>(ValueArray<T> had, ValueArray<T> added) => added.Count == 0 ? had : had.Union(added).ToValueArray();
}
