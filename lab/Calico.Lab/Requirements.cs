using Calico.Lab.Plan;
using Calico.Lab.Tools;

namespace Calico.Lab;

/// <summary>What the computer must have before a lab can be made; asked first, so that nothing is half made for want of it.</summary>
internal static class Requirements
{
    /// <exception cref="LabException">Something is missing; says what, and how to get it.</exception>
    public static void Check(LabPlan plan)
    {
        foreach (var program in Programs(plan))
            Tool.Find(program);

        foreach (var program in plan.Node == NodeStart.Auto ? (string[])["calicoctl", "calico-node"] : [])
        {
            if (!File.Exists(Path.Combine(LabEnvironment.Programs, program)))
                throw new LabException($"{Path.Combine(LabEnvironment.Programs, program)} is missing: run ./dev build, or leave the node to yourself with --node manual");
        }
    }

    /// <exception cref="LabException">The caller is not root.</exception>
    public static void CheckRoot()
    {
        if (!Libc.IsRoot)
            throw new LabException("a lab is made of namespaces: run calico-lab as root");
    }

    private static IEnumerable<string> Programs(LabPlan plan) =>
    [
        "ip", "nsenter", "unshare", "setpriv", "nft", "setsid",
        .. plan.Engine == Engine.Docker ? (string[])["dockerd", "docker", "iptables", "busybox"] : [],
        .. plan.Datastore == Datastore.Etcd ? (string[])["etcd", "etcdctl"] : [],
        .. plan.Tor ? (string[])["bird", "birdc"] : [],
    ];
}
