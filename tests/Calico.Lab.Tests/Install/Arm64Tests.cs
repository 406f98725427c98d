using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Install;

/// <summary>The programs for arm64, each instruction done by qemu, the system calls by this kernel.</summary>
/// <remarks>qemu passes on no netlink of nftables: what a node does to the kernel's policy cannot be tried like this.</remarks>
[Trait("tier", "install")]
public sealed class Arm64Tests
{
    private const string Emulator = "/usr/bin/qemu-aarch64";

    /// <summary>Debian's arm64 C library for cross-compiling: where the programs find what they are linked with.</summary>
    private const string Libraries = "/usr/aarch64-linux-gnu";

    private const string Written = """
        apiVersion: projectcalico.org/v3
        kind: IPPool
        metadata: {name: written-on-arm64}
        spec: {cidr: 10.7.0.0/16, natOutgoing: true}
        ---
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: closed}
        spec: {selector: color == 'red', types: [Ingress], ingress: [{action: Deny}]}
        """;

    /// <summary>A host of one address, in a network namespace that is gone with the command.</summary>
    private const string Host = "ip link set lo up; ip link add ens0 type veth peer name other; ip addr add 10.9.9.9/24 dev ens0; ip link set ens0 up; ip link set other up; exec \"$@\"";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_run_and_a_store_that_they_write_is_read_on_amd64()
    {
        Assert.SkipUnless(File.Exists(Emulator) && Directory.Exists(Libraries), "qemu-user or arm64's C library is not installed here: ./dev provision");
        var programs = await Checkout.ProgramsAsync("arm64");
        var folder = Directory.CreateTempSubdirectory("calico-arm64-").FullName;
        try
        {
            var store = (string[])["env", "DATASTORE_TYPE=embedded", $"DATASTORE_PATH={folder}/calico.db", $"QEMU_LD_PREFIX={Libraries}"];
            var made = await RunAsync([.. store, Emulator, $"{programs}/calicoctl", "create", "-f", "-"], Written);
            Assert.Contains("Successfully created 2 resource(s)", made.Output, StringComparison.Ordinal);

            string[] question = ["get", "ippools", "-o", "yaml"];
            var there = RunAsync([.. store, Emulator, $"{programs}/calicoctl", .. question]);
            var router = RunAsync([.. store, Emulator, $"{programs}/calico-bgpd", "--help"]);
            var here = await RunAsync([.. store, Path.Combine(LabEnvironment.Programs, "calicoctl"), .. question]);
            Assert.Contains("name: written-on-arm64", here.Output, StringComparison.Ordinal);
            Assert.Equal(here.Output, (await there).Output);
            Assert.Contains("calico-bgpd", (await router).Said, StringComparison.Ordinal);

            var check = await Tool.RunAsync(
                ["unshare", "--net", "sh", "-c", Host, "sh", .. store, "NODENAME=arm", Emulator, $"{programs}/calico-node", "--check"], input: null, Cancel);
            Assert.Matches("node name +OK +arm\n", check.Output);
            Assert.Matches("IPv4 address +OK .*10\\.9\\.9\\.9/24 on ens0", check.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<ToolResult> RunAsync(IReadOnlyList<string> command, string? input = null)
    {
        var result = await Tool.RunAsync(command, input, Cancel);
        Assert.True(result.Succeeded, result.Said);
        return result;
    }
}
