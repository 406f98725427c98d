using System.CommandLine;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl policy …</c>: questions about policies before and after they hold.</summary>
internal static class PolicyCommands
{
    public static Command Build(GlobalOptions globals) => new("policy", "Test, compare and preview policies.")
    {
        PolicyTestCommand.Build(globals),
        PolicyDiffCommand.Build(globals),
        PolicyImpactCommand.Build(globals),
    };
}
