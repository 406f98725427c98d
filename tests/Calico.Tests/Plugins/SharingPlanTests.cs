using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Docker.Sharing;

namespace Calico.Tests.Plugins;

/// <summary>The three-way comparison by which hosts come to have the same networks.</summary>
public sealed class SharingPlanTests
{
    private const string Uid = "uid-1";

    private static DockerNetworkSpec Spec(string? subnet = null) => new()
    {
        NetworkName = "net",
        Subnets = subnet is not null && AddressArithmetic.TryParseNetwork(subnet, out var parsed) ? [parsed] : null,
    };

    private static LocalNetwork Local(string? copyOf = null, string? subnet = null) => new("id", Spec(subnet), copyOf);

    private static Resource<DockerNetworkSpec> Shared(string uid = Uid, string? subnet = null) =>
        new(Kinds.DockerNetwork, new Metadata { Name = "net", Uid = uid }, Spec(subnet));

    private static SharingStep? Step(LocalNetwork? local, Resource<DockerNetworkSpec>? shared, string? agreed) => SharingPlan.Between(
        local is null ? [] : new Dictionary<string, LocalNetwork> { ["net"] = local },
        shared is null ? [] : new Dictionary<string, Resource<DockerNetworkSpec>> { ["net"] = shared },
        agreed is null ? [] : new Dictionary<string, string> { ["net"] = agreed }).SingleOrDefault();

    [Fact]
    public void Made_here_it_is_published() => Assert.IsType<SharingStep.Publish>(Step(Local(), null, null));

    [Fact]
    public void Made_elsewhere_it_is_made_here() => Assert.IsType<SharingStep.Create>(Step(null, Shared(), null));

    [Fact]
    public void Made_here_and_elsewhere_alike_it_is_one_network() => Assert.IsType<SharingStep.Agree>(Step(Local(), Shared(), null));

    [Fact]
    public void Agreed_on_there_is_nothing_to_do() => Assert.Null(Step(Local(), Shared(), Uid));

    [Fact]
    public void Removed_here_it_is_withdrawn() => Assert.IsType<SharingStep.Withdraw>(Step(null, Shared(), Uid));

    [Fact]
    public void Removed_elsewhere_it_is_removed_here() => Assert.IsType<SharingStep.Remove>(Step(Local(), null, Uid));

    [Fact]
    public void Removed_and_made_again_elsewhere_it_is_made_here_too() => Assert.IsType<SharingStep.Create>(Step(null, Shared("uid-2"), Uid));

    [Fact]
    public void Removed_and_made_again_alike_elsewhere_the_one_here_stays() => Assert.IsType<SharingStep.Agree>(Step(Local(), Shared("uid-2"), Uid));

    [Fact]
    public void Removed_and_made_again_otherwise_elsewhere_the_one_here_goes_first() =>
        Assert.IsType<SharingStep.Remove>(Step(Local(), Shared("uid-2", "10.0.0.0/24"), Uid));

    [Fact]
    public void Another_network_of_the_same_name_is_a_conflict_and_left_alone() =>
        Assert.Contains("10.0.0.0/24", Assert.IsType<SharingStep.Conflict>(Step(Local(), Shared(subnet: "10.0.0.0/24"), null)).Difference);

    [Fact]
    public void Gone_on_both_sides_it_is_forgotten() => Assert.IsType<SharingStep.Forget>(Step(null, null, Uid));

    [Fact]
    public void A_copy_whose_file_of_agreements_was_lost_is_known_as_a_copy()
    {
        Assert.IsType<SharingStep.Remove>(Step(Local(copyOf: Uid), null, null));
        Assert.IsType<SharingStep.Agree>(Step(Local(copyOf: Uid), Shared(), null));
    }
}
