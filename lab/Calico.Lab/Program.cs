using System.CommandLine;
using Calico.Lab;
using Calico.Lab.Verbs;

var root = new RootCommand("Makes labs on this computer: hosts as namespaces, with real Docker engines, etcd and BIRD, routed by calico-node.")
{
    UpVerb.Create(),
    ExecVerb.Create(),
    RunVerb.Create(),
    ListVerb.Create(),
    StatusVerb.Create(),
    DownVerb.Create(),
    PowerVerbs.Kill(),
    PowerVerbs.Stop(),
    PowerVerbs.Start(),
    PowerVerbs.Restart(),
    PowerVerbs.Boot(),
    CutVerbs.Cut(),
    CutVerbs.Heal(),
    DemoVerb.Create(),
};

try
{
    // A file name that begins with '@' is the command's own business; and an interrupted `up` needs time to remove what it made.
    var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
}
catch (LabException e)
{
    await Console.Error.WriteLineAsync($"calico-lab: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
