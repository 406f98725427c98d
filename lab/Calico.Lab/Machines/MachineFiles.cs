using System.Reflection;
using Calico.Lab.Plan;
using Calico.Lab.State;

namespace Calico.Lab.Machines;

/// <summary>The files that a machine finds when it boots.</summary>
internal static class MachineFiles
{
    /// <summary>What all machines of a lab have in common.</summary>
    public static async Task WriteSharedAsync(LabFolder folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder.Shared);
        foreach (var name in (string[])["init.sh", "engine-root.sh"])
        {
            await using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the program");
            await using var file = File.Create(folder.At(name));
            await script.CopyToAsync(file, cancel);
        }
    }

    public static async Task WriteAsync(LabPlan plan, LabFolder folder, Machine machine, CancellationToken cancel)
    {
        await WriteAsync(folder, machine, "hostname", $"{machine.Name}\n", cancel);
        await WriteAsync(folder, machine, "hosts", Hosts(plan), cancel);
        // Nothing answers names on the LAN. An address that refuses is better than one that does not answer, which would make every look-up wait.
        await WriteAsync(folder, machine, "resolv.conf", $"nameserver {Machine.LanGateway}\noptions attempts:1 timeout:1\n", cancel);
        if (machine.Role == MachineRole.Host)
            await WriteOnceAsync(folder, machine, "calico/calicoctl.cfg", CalicoctlConfiguration(plan, folder), cancel);
        if (machine.Role == MachineRole.Router)
            await WriteOnceAsync(folder, machine, "bird/bird.conf", Services.BirdConfiguration.For(plan), cancel);
    }

    /// <summary>The tutorial's own form for etcd; the current form for the embedded store, which the old one has no word for.</summary>
    private static string CalicoctlConfiguration(LabPlan plan, LabFolder folder) => plan.Datastore == Datastore.Etcd
        ? $"""
           apiVersion: v1
           kind: calicoApiConfig
           metadata:
           spec:
             datastoreType: "etcdv2"
             etcdEndpoints: "{string.Join(',', plan.EtcdMembers.Select(member => $"http://{member.Address}:2379"))}"

           """
        : $"""
           apiVersion: projectcalico.org/v3
           kind: CalicoAPIConfig
           metadata:
           spec:
             datastoreType: embedded
             datastorePath: {Path.Combine(folder.Shared, "calico.db")}

           """;

    private static string Hosts(LabPlan plan) =>
        string.Concat(plan.Machines.Where(machine => machine.Address is not null).Select(machine => $"{machine.Address} {machine.Name}\n").Prepend("127.0.0.1 localhost\n"));

    /// <summary>A file that is the user's to change: it is there when the machine first boots and is left alone afterwards.</summary>
    private static async Task WriteOnceAsync(LabFolder folder, Machine machine, string name, string text, CancellationToken cancel)
    {
        if (!File.Exists(folder.MachineAt(machine, "etc", name)))
            await WriteAsync(folder, machine, name, text, cancel);
    }

    private static async Task WriteAsync(LabFolder folder, Machine machine, string name, string text, CancellationToken cancel)
    {
        var path = folder.MachineAt(machine, "etc", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        await File.WriteAllTextAsync(path, text, cancel);
    }
}
