using System.CommandLine;
using Calico.Datastore.Resources;
using Calico.Ipam;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl ipam split</c>: several pools in the place of one.</summary>
/// <remarks>In one commit, which any allocation that goes by the old pool meets; so the datastore need not be locked, as Calico's own must be.</remarks>
internal static class IpamSplitCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var number = new Argument<int>("number") { Description = $"How many pools: a power of 2, at most {PoolSplit.MostParts}." };
        var cidr = new Option<string?>("--cidr") { Description = "The pool by its prefix.", HelpName = "prefix" };
        var name = new Option<string?>("--name") { Description = "The pool by its name.", HelpName = "name" };
        var command = new Command("split", "Put several equal pools in the place of one; blocks and addresses stay as they are.") { number, cidr, name };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var word = (parsed.GetValue(cidr), parsed.GetValue(name)) switch
            {
                ({ } prefix, null) => prefix,
                (null, { } given) => given,
                _ => throw new CommandException("name the pool by --cidr or by --name"),
            };
            await using var cluster = globals.Open(parsed);
            var pool = await cluster.FindPoolAsync(word, cancellation);
            var parts = PoolSplit.Cut(pool, parsed.GetValue(number), out var problem);
            if (problem is not null)
                throw new CommandException(problem);
            if ((await Checks.BlocksOfAsync(pool.Spec, cluster, cancellation)).FirstOrDefault(block => block.PrefixLength < parts[0].Spec.Cidr.PrefixLength) is { PrefixLength: > 0 } large)
                throw new CommandException($"{pool} cannot be split so: its block {large} would lie in several of the parts");

            var outcome = await cluster.Resources.ChangeAsync([new(pool, null), .. parts.Select(part => new ResourceDifference(null, part))], cancellation);
            if (!outcome.IsDone)
                throw new CommandException($"{outcome.Message}; nothing was changed");

            await globals.Terminal.Out.WriteLineAsync($"Successfully split IP pool {pool.Name} ({pool.Spec.Cidr}) into {parts.Count}:");
            foreach (var part in parts)
                await globals.Terminal.Out.WriteLineAsync($"  {part.Name} {part.Spec.Cidr}");
            return 0;
        });
    }
}
