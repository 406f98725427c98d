using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class SoleInstanceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-sole-").FullName;

    [Fact]
    public void A_second_claim_is_refused_with_the_pid_of_the_first_until_that_ends()
    {
        using (var first = SoleInstance.Claim(_folder, out _))
        {
            Assert.NotNull(first);
            Assert.Null(SoleInstance.Claim(_folder, out var holder));
            Assert.Equal(Environment.ProcessId.ToString(), holder);
        }

        using var next = SoleInstance.Claim(_folder, out _);
        Assert.NotNull(next);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
