using System.CommandLine;
using Calico.Lab.State;

namespace Calico.Lab.Verbs;

/// <summary><c>calico-lab down</c>: removes a lab, or all of them.</summary>
internal static class DownVerb
{
    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Every lab of this computer" };
        var verb = new Command("down", "Remove a lab and everything it made") { LabArguments.Name, all };
        verb.SetAction(async (parsed, cancel) =>
        {
            Requirements.CheckRoot();
            if (!parsed.GetValue(all) && !parsed.Folder().Exists)
                parsed.Folder().ReadPlan();

            foreach (var folder in parsed.GetValue(all) ? LabFolder.All() : [parsed.Folder()])
                await LabRemoval.RemoveAsync(folder, cancel);
        });
        return verb;
    }
}
