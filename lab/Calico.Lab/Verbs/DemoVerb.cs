using System.CommandLine;
using Calico.Lab.Demo;
using Calico.Lab.Plan;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab demo</c>: plays the walkthrough on a lab of its own.</summary>
internal static class DemoVerb
{
    public static Command Create()
    {
        var name = LabArguments.NameOption(DemoRun.DefaultName);
        var datastore = UpVerb.Choice<Datastore>("--datastore", "The form of the walkthrough: one file that the hosts share, or an etcd cluster");
        var keep = new Option<bool>("--keep") { Description = "Keep the lab up at the end" };
        var verb = new Command("demo", "Play the walkthrough on three fresh hosts and check what every step shows") { name, datastore, keep };
        verb.SetAction((parsed, cancel) =>
        {
            var plan = new LabPlan
            {
                Name = parsed.GetRequiredValue(name),
                Hosts = 3,
                Datastore = parsed.GetValue(datastore),
                Engine = Engine.Docker,
                Tor = true,
                Node = NodeStart.Manual,
                Made = TimeProvider.System.GetUtcNow(),
            };
            return new DemoRun(plan, parsed.GetValue(keep)).PlayAsync(cancel);
        });
        return verb;
    }
}
