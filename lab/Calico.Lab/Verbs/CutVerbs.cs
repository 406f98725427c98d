using System.CommandLine;
using Calico.Lab.Networks;
using Calico.Lab.Plan;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab cut HOST HOST</c> and <c>heal</c>.</summary>
internal static class CutVerbs
{
    public static Command Cut()
    {
        var one = LabArguments.Machine("FROM");
        var other = LabArguments.Machine("TO");
        var oneWay = new Option<bool>("--one-way") { Description = "Only what goes from the first to the second" };
        var verb = new Command("cut", "Let nothing pass between two machines of the LAN; their links stay up") { LabArguments.Name, one, other, oneWay };
        verb.SetAction(async (parsed, cancel) =>
        {
            Requirements.CheckRoot();
            var plan = parsed.Folder().ReadPlan();
            var (from, to) = (OnLan(plan, parsed.GetRequiredValue(one)), OnLan(plan, parsed.GetRequiredValue(other)));
            var cuts = new Cuts(plan);
            await cuts.AddAsync(from, to, cancel);
            if (!parsed.GetValue(oneWay))
                await cuts.AddAsync(to, from, cancel);
        });
        return verb;
    }

    public static Command Heal()
    {
        var verb = new Command("heal", "Undo every cut of a lab") { LabArguments.Name };
        verb.SetAction((parsed, cancel) =>
        {
            Requirements.CheckRoot();
            return new Cuts(parsed.Folder().ReadPlan()).HealAsync(cancel);
        });
        return verb;
    }

    private static Machine OnLan(LabPlan plan, string name) =>
        plan.Machine(name) is { IsOnLan: true } machine ? machine : throw new LabException($"{name} is not plugged into the switch");
}
