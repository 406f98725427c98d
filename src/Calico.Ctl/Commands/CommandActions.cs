using System.CommandLine;
using Calico.Datastore;
using Calico.Datastore.Configuration;

namespace Calico.Ctl.Commands;

/// <summary>What every command has in common: how it ends.</summary>
internal static class CommandActions
{
    extension(Command command)
    {
        /// <summary>Runs the command; what keeps it from going on is one message on standard error and a failing exit status.</summary>
        /// <param name="terminal">Where the message goes.</param>
        /// <param name="run">Gives the exit status.</param>
        /// <param name="failure">The status when it cannot go on; 2 where 1 is an answer.</param>
        public Command Runs(Terminal terminal, Func<ParseResult, CancellationToken, Task<int>> run, int failure = 1)
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
                    return failure;
                }
            });
            return command;
        }
    }
}
