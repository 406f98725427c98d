using Calico.Lab.Plan;

namespace Calico.Lab.Demo.Steps;

/// <summary>Steps 1, 3 and 4: the nodes.</summary>
internal static class NodeSteps
{
    public static async Task ShowConfigurationAsync(Stage stage, CancellationToken cancel)
    {
        var store = stage.Plan.Datastore == Datastore.Etcd
            ? Expectation.Line("etcdEndpoints: \"http://192.168.26.100:2379.*\"", "the cluster's addresses")
            : Expectation.Line("datastorePath: /.+", "the file that the hosts share");
        await stage.TypeAsync(stage.Hosts[0], "cat /etc/calico/calicoctl.cfg", cancel, store);
        if (stage.Plan.Datastore == Datastore.Etcd)
            await stage.TypeAsync(stage.Hosts[0], "etcdctl member list", cancel, Expectation.Lines(stage.Plan.EtcdMembers.Count(), ".*, started, .*", "members that are started"));
    }

    public static async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var host in stage.Hosts)
            await stage.TypeAsync(host, "calicoctl node run -c /etc/calico/calicoctl.cfg", cancel, Expectation.Line("Calico node started successfully", "the node's start"));
    }

    public static async Task ShowStatusAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var host in stage.Hosts)
            await stage.AwaitAsync(host, "calicoctl node status", cancel, [.. Status(stage.Hosts.Where(other => other != host))]);
    }

    private static IEnumerable<Expectation> Status(IEnumerable<Machine> peers) =>
    [
        Expectation.Line(@"Calico process is running\.", "a node that runs"),
        Expectation.Line("IPv4 BGP status", "the heading for IPv4"),
        Expectation.Line(@"\|  PEER ADDRESS  \|     PEER TYPE     \| STATE \|  SINCE   \|    INFO     \|", "the table's head"),
        .. peers.Select(peer => Expectation.Line(
            $@"\| {peer.Address} \| node-to-node mesh \| up    \| \d\d:\d\d:\d\d \| Established \|",
            $"a session with {peer.Name}")),
        Expectation.Line("IPv6 BGP status", "the heading for IPv6"),
        Expectation.Line(@"No IPv6 peers found\.", "no peers by IPv6"),
    ];
}
