using System.CommandLine;
using Calico.Lab.Plan;
using Calico.Lab.Tools;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab up</c>: makes a lab.</summary>
internal static class UpVerb
{
    public static Command Create()
    {
        var hosts = new Option<int>("--hosts") { Description = "How many hosts, vms100 and up", DefaultValueFactory = _ => 3 };
        hosts.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > LabPlan.MostHosts)
                result.AddError($"--hosts is 1 to {LabPlan.MostHosts}");
        });
        var datastore = Choice<Datastore>("--datastore", "Where the nodes keep their state: one file that the hosts share, or an etcd cluster");
        var engine = Choice<Engine>("--engine", "What runs containers");
        var engineRoot = new Option<string?>("--engine-root") { Description = "Run dockerd from this root file system, to try another version: ./dev engine makes them" };
        engineRoot.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } root && !File.Exists(Path.Combine(root, "usr/sbin/dockerd")))
                result.AddError($"--engine-root: there is no {Path.Combine(root, "usr/sbin/dockerd")}; make such a root file system with ./dev engine");
        });
        var node = Choice<NodeStart>("--node", "Whether the lab starts calico-node, or you do");
        var tor = new Option<bool>("--tor") { Description = "Add a router with BIRD at 192.168.26.2 and a client behind it at 10.99.0.10" };
        var verb = new Command("up", "Make a lab") { LabArguments.Name, hosts, datastore, engine, engineRoot, node, tor };
        verb.SetAction((parsed, cancel) =>
        {
            var plan = new LabPlan
            {
                Name = parsed.Folder().Name,
                Hosts = parsed.GetValue(hosts),
                Datastore = parsed.GetValue(datastore),
                Engine = parsed.GetValue(engine),
                EngineRoot = parsed.GetValue(engineRoot) is { } root ? Path.GetFullPath(root) : null,
                Node = parsed.GetValue(node),
                Tor = parsed.GetValue(tor),
                Made = TimeProvider.System.GetUtcNow(),
            };
            return new LabBuilder(plan, Progress.OnError).UpAsync(cancel);
        });
        return verb;
    }

    /// <summary>An option whose values are an enumeration's names, in small letters; the first is the default.</summary>
    public static Option<T> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => default };
        option.AcceptOnlyFromAmong([.. Enum.GetNames<T>().Select(value => value.ToLowerInvariant())]);
        return option;
    }
}
