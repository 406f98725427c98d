using System.CommandLine;
using Calico.Lab.Plan;
using Calico.Lab.State;

namespace Calico.Lab.Verbs;

/// <summary>The options and arguments that several verbs share.</summary>
internal static class LabArguments
{
    public static readonly Option<string> Name = NameOption(LabNames.Default);

    public static Argument<string> Machine(string name = "HOST") => new(name) { Description = "A machine of the lab: vms100, vms101, …, tor, client" };

    public static LabFolder Folder(this ParseResult parsed) => new(parsed.GetValue(Name) ?? LabNames.Default);

    /// <exception cref="LabException">The lab has no such machine.</exception>
    public static Machine Machine(this LabPlan plan, string name) => plan.Find(name)
        ?? throw new LabException($"lab '{plan.Name}' has no machine {name}; it has {string.Join(", ", plan.Machines.Select(machine => machine.Name))}");

    /// <summary>The option that says which lab; a name that cannot be one is refused.</summary>
    public static Option<string> NameOption(string standard)
    {
        var option = new Option<string>("--name", "-n") { Description = "Which lab", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (LabNames.Fault(result.GetValueOrDefault<string>() ?? "") is { } fault)
                result.AddError(fault);
        });
        return option;
    }
}
