using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Validation;

/// <summary>Communities of a BGPConfiguration, and the prefixes that get them.</summary>
internal static class BgpCommunityRules
{
    public const string Expected = "must be aa:nn with numbers up to 65535, or aa:nn:mm with numbers up to 4294967295";

    private const int Most = 500;
    private const int MostOfOne = 50;

    public static void Check(BgpConfigurationSpec configuration, Findings findings)
    {
        var communities = configuration.Communities ?? [];
        var advertisements = configuration.PrefixAdvertisements ?? [];
        findings.WrongIf(communities.Count > Most, "spec.communities", communities.Count, $"must be at most {Most}");
        findings.WrongIf(advertisements.Count > Most, "spec.prefixAdvertisements", advertisements.Count, $"must be at most {Most}");
        findings.WrongIf(
            communities.Count > 0 && advertisements.Count == 0, "spec.communities", value: null, "are defined but not used in prefixAdvertisements");
        for (var i = 0; i < communities.Count; i++)
        {
            findings.WrongIf(communities[i].Name is null or "", $"spec.communities[{i}].name", value: null, "is required");
            findings.WrongIf(!CommunityValue.TryParse(communities[i].Value, out _), $"spec.communities[{i}].value", communities[i].Value, Expected);
        }

        var names = communities.Select(community => community.Name).ToHashSet();
        for (var i = 0; i < advertisements.Count; i++)
            Check($"spec.prefixAdvertisements[{i}]", advertisements[i], names, findings);
    }

    private static void Check(string path, BgpPrefixAdvertisement advertisement, HashSet<string?> names, Findings findings)
    {
        findings.WrongIf(advertisement.Cidr is null, $"{path}.cidr", value: null, "is required");
        var communities = advertisement.Communities ?? [];
        findings.WrongIf(communities.Count > MostOfOne, $"{path}.communities", communities.Count, $"must be at most {MostOfOne}");
        foreach (var community in communities)
        {
            findings.WrongIf(
                !names.Contains(community) && !CommunityValue.TryParse(community, out _),
                $"{path}.communities",
                community,
                $"is no name of spec.communities; a value {Expected}");
        }
    }
}
