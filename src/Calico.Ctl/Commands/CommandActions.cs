using System.CommandLine;
using Calico.Datastore;
using Calico.Datastore.Configuration;

namespace Calico.Ctl.Commands;

/// <summary>What every command has in common: how it ends.</summary>
internal static class CommandActions
{
    extension(Command command)
    {
        /// <summary>Runs the command; what keeps it from going on is one message on standard error and exit status 1.</summary>
        public Command Runs(Terminal terminal, Func<ParseResult, CancellationToken, Task<int>> run)
        {
            command.SetAction(async (parsed, cancellation) =>
            {
                try
                {
                    return await run(parsed, cancellation);
                }
                catch (Exception e) when (e is CommandException or DatastoreException or ConfigurationException)
                {
                    await terminal.Error.WriteLineAsync(e.Message);
                    return 1;
                }
            });
            return command;
        }
    }
}
