using Calico.Lab.Plan;

namespace Calico.Lab.Demo.Steps;

/// <summary>Steps 5 to 7: the network.</summary>
internal static class NetworkSteps
{
    public static async Task CreateAsync(Stage stage, CancellationToken cancel)
    {
        var output = await stage.TypeAsync(
            stage.Hosts[0],
            "docker network create --driver calico --ipam-driver calico-ipam calnet1",
            cancel,
            Expectation.Line("[0-9a-f]{64}", "the network's id"));
        stage.NetworkId = output.Trim();
    }

    public static async Task ListAsync(Stage stage, CancellationToken cancel)
    {
        // With a cluster store Docker itself shares the network; without one each engine has its own, which the nodes keep alike.
        var expected = stage.Plan.Datastore == Datastore.Etcd
            ? Expectation.Line($@"{stage.NetworkId[..12]}\s+calnet1\s+calico\s+global", "the network by the same id")
            : Expectation.Line(@"[0-9a-f]{12}\s+calnet1\s+calico\s+local", "the network");
        foreach (var host in stage.Hosts)
            await stage.AwaitAsync(host, "docker network list", cancel, expected);
    }

    public static async Task ShowNoInterfacesAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var host in stage.Hosts)
            await stage.TypeAsync(host, "ip -brief link", cancel, Expectation.NoLine(@"cali.*", "no container's interface"), Expectation.Line($@"{Machine.LanInterface}@\S+\s+UP.*", "the LAN"));
    }
}
