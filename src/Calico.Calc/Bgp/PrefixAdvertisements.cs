using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Bgp;

/// <summary>The communities that a BGPConfiguration gives to prefixes, by value in place of by name.</summary>
internal static class PrefixAdvertisements
{
    public static ValueList<BgpAdvertisement> Of(BgpConfigurationSpec? configuration)
    {
        var names = (configuration?.Communities ?? []).Where(community => community.Name is not null)
            .DistinctBy(community => community.Name).ToDictionary(community => community.Name ?? "", community => community.Value);
        return (configuration?.PrefixAdvertisements ?? [])
            .Where(advertisement => advertisement.Cidr is not null)
            .Select(advertisement => new BgpAdvertisement(advertisement.Cidr ?? default, Values(advertisement.Communities ?? [], names)))
            .ToValueList();
    }

    /// <summary>What is neither a name nor a value was refused when it was written, and is passed over.</summary>
    private static ValueList<CommunityValue> Values(IEnumerable<string> communities, Dictionary<string, string?> names) => communities
        .Select(community => CommunityValue.TryParse(names.GetValueOrDefault(community) ?? community, out var value) ? value : (CommunityValue?)null)
        .OfType<CommunityValue>()
        .Distinct()
        .ToValueList();
}
