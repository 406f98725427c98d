namespace Calico.Lab.Tests;

/// <summary>What the lab needs of the machine it runs on.</summary>
public sealed class MachineTests
{
    [Theory]
    [InlineData("/usr/sbin/dockerd")]
    [InlineData("/usr/bin/etcd")]
    [InlineData("/usr/sbin/bird")]
    [InlineData("/usr/sbin/nft")]
    [InlineData("/bin/busybox")]
    public void A_program_that_the_lab_runs_is_installed(string path) => Assert.True(File.Exists(path), $"{path} is missing: run ./dev provision");
}
