using System.CommandLine;

namespace Calico.Ctl.Commands;

/// <summary>All of calicoctl's commands.</summary>
internal static class CommandTree
{
    public static RootCommand Build(Terminal terminal, OpenStore open)
    {
        var globals = new GlobalOptions(terminal, open);
        var root = new RootCommand("calicoctl manages Calico network, policy and nodes.")
        {
            WriteCommands.Create(globals),
            WriteCommands.Apply(globals),
            WriteCommands.Replace(globals),
            DeleteCommand.Build(globals),
            GetCommand.Build(globals),
            ValidateCommand.Build(globals),
            PatchCommand.Build(globals),
            LabelCommand.Build(globals),
            HistoryCommand.Build(globals),
            DiffCommand.Build(globals),
            RollbackCommand.Build(globals),
            NodeCommands.Build(globals),
            ExplainCommand.Build(globals),
            PolicyCommands.Build(globals),
            BgpCommands.Build(globals),
            IpamCommands.Build(globals),
            DatastoreCommands.Build(globals),
            VersionCommand.Build(globals),
        };
        globals.AddTo(root);
        return root;
    }
}
