using Calico.Lab.Tests.Plugins;
using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Install;

/// <summary>The tutorials as users know them, each a script in <c>tests/tutorials</c>.</summary>
[Collection(DockerHosts.Collection)]
public sealed class TutorialTests(DockerHosts hosts)
{
    public static TheoryData<string> Tutorials =>
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "tests/tutorials"), "*.sh").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name != "lib").Order()];

    [Theory]
    [MemberData(nameof(Tutorials))]
    public async Task A_tutorial_shows_what_it_says(string name)
    {
        var result = await Tool.RunAsync(["bash", Path.Combine(Checkout.Root, $"tests/tutorials/{name}.sh"), hosts.Lab.Name], input: null, TestContext.Current.CancellationToken);

        Assert.True(result.Succeeded, result.Said);
    }
}
