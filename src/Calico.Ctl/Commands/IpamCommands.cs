using System.CommandLine;
using System.Net;
using Calico.Ctl.Input;
using Calico.Ctl.Output;
using Calico.Ipam;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl ipam …</c>: who has which address.</summary>
internal static class IpamCommands
{
    public static Command Build(GlobalOptions globals) => new("ipam", "Look into the addresses of the pools, release and check them, and set how they are given out.")
    {
        Show(globals),
        Check(globals),
        Release(globals),
        Configure(globals),
        IpamSplitCommand.Build(globals),
        IpamMigrateCommand.Build(globals),
    };

    private static Command Show(GlobalOptions globals)
    {
        var ip = new Option<string?>("--ip") { Description = "Whose this address is.", HelpName = "address" };
        var blocks = new Option<bool>("--show-blocks") { Description = "The blocks of each pool too." };
        var borrowed = new Option<bool>("--show-borrowed") { Description = "The addresses that a node uses out of another's block." };
        var configuration = new Option<bool>("--show-configuration") { Description = "How addresses are given out." };
        var command = new Command("show", "Show how full the pools are, or whose an address is.") { ip, blocks, borrowed, configuration };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            await using var cluster = globals.Open(parsed);
            var output = globals.Terminal.Out;
            if (parsed.GetValue(ip) is { } text)
                await output.WriteAsync(IpamText.Owner(AddressOf("--ip", text), await cluster.Ipam.OwnerOfAsync(AddressOf("--ip", text), cancellation)));
            else if (parsed.GetValue(configuration))
                await output.WriteAsync(IpamText.Configuration(await IpamConfiguration.ReadAsync(cluster.Store, cancellation)));
            else
            {
                var inventory = await IpamInventory.ReadAsync(cluster.Store, cluster.Resources, cancellation);
                await output.WriteAsync(parsed.GetValue(borrowed) ? IpamText.Borrowed(inventory) : IpamText.Usage(inventory, parsed.GetValue(blocks)));
                await TellUnreadableAsync(globals.Terminal, inventory);
            }

            return 0;
        });
    }

    private static Command Check(GlobalOptions globals)
    {
        var all = new Option<bool>("--show-all-ips") { Description = "Name every address in use, not those alone that are a problem." };
        var problems = new Option<bool>("--show-problem-ips") { Description = "Name the addresses that are a problem." };
        var report = new Option<string?>("--output", "-o") { Description = "Write a report that 'ipam release --from-report' takes.", HelpName = "file" };
        var command = new Command("check", "Hold the books of addresses against each other and against the endpoints and nodes there are; exits 1 if something is wrong.") { all, problems, report };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            await using var cluster = globals.Open(parsed);
            var result = await IpamReport.MakeAsync(cluster, globals.Terminal.Time, cancellation);
            await globals.Terminal.Out.WriteAsync(IpamText.Findings(result, parsed.GetValue(all), parsed.GetValue(problems) || parsed.GetValue(all)));
            await TellUnreadableAsync(globals.Terminal, result.Inventory);
            if (parsed.GetValue(report) is { } file)
                await result.WriteAsync(file, cancellation);
            return result.Findings.Count == 0 ? 0 : 1;
        }, failure: 2);
    }

    private static Command Release(GlobalOptions globals)
    {
        var ip = new Option<string?>("--ip") { Description = "This address, whosever it is.", HelpName = "address" };
        var reports = new Option<string[]>("--from-report") { Description = "What all of these reports of 'ipam check' call a leak, and is one still.", HelpName = "file" };
        var force = new Option<bool>("--force") { Description = "Also by a report that is older than an hour." };
        var command = new Command("release", "Give an address back that nobody has any more.") { ip, reports, force };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var (text, files) = (parsed.GetValue(ip), parsed.GetValue(reports) ?? []);
            if ((text is null) == (files.Length == 0))
                throw new CommandException("give either --ip or --from-report");

            await using var cluster = globals.Open(parsed);
            if (text is not null)
                return await ReleaseAsync(globals.Terminal, cluster, AddressOf("--ip", text), cancellation);

            foreach (var line in await IpamReport.ReleaseAsync(cluster, files, parsed.GetValue(force), globals.Terminal.Time, cancellation))
                await globals.Terminal.Out.WriteLineAsync(line);
            return 0;
        });
    }

    private static async Task<int> ReleaseAsync(Terminal terminal, Cluster cluster, IPAddress address, CancellationToken cancellation)
    {
        if (await cluster.Ipam.ReleaseAsync(address, expectedHandle: null, cancellation) is not ReleaseOutcome.Released)
            throw new CommandException($"IP address {address} is not assigned");

        await terminal.Out.WriteLineAsync($"Successfully released IP address {address}");
        return 0;
    }

    private static Command Configure(GlobalOptions globals)
    {
        var strict = new Option<bool?>("--strictaffinity") { Description = "Whether a node never uses an address of another's block." };
        var most = new Option<int?>("--max-blocks-per-host") { Description = "How many blocks a node may have, of each family; 0: the default, 20." };
        var cooldown = new Option<int?>("--ip-cooldown-seconds") { Description = "How long a released address is given to nobody." };
        var command = new Command("configure", "Set how addresses are given out, in the whole cluster.") { strict, most, cooldown };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var (wantsStrict, wantsMost, wantsCooldown) = (parsed.GetValue(strict), parsed.GetValue(most), parsed.GetValue(cooldown));
            if (wantsStrict is null && wantsMost is null && wantsCooldown is null)
                throw new CommandException("give --strictaffinity, --max-blocks-per-host or --ip-cooldown-seconds");

            await using var cluster = globals.Open(parsed);
            var problem = await IpamConfiguration.ChangeAsync(
                cluster.Store,
                now => now with
                {
                    StrictAffinity = wantsStrict ?? now.StrictAffinity,
                    MaxBlocksPerHost = wantsMost ?? now.MaxBlocksPerHost,
                    CooldownSeconds = wantsCooldown ?? now.CooldownSeconds,
                },
                cancellation);
            if (problem is not null)
                throw new CommandException(problem);

            var output = globals.Terminal.Out;
            if (wantsStrict is { } isStrict)
                await output.WriteLineAsync($"Successfully set StrictAffinity to: {(isStrict ? "true" : "false")}");
            if (wantsMost is { } blocks)
                await output.WriteLineAsync($"Successfully set MaxBlocksPerHost to: {blocks}");
            if (wantsCooldown is { } seconds)
                await output.WriteLineAsync($"Successfully set IPCooldownSeconds to: {seconds}");
            return 0;
        });
    }

    private static async Task TellUnreadableAsync(Terminal terminal, IpamInventory inventory)
    {
        foreach (var problem in inventory.Unreadable)
            await terminal.Error.WriteLineAsync($"Notice: {problem}");
    }

    private static IPAddress AddressOf(string option, string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new CommandException($"{option} '{text}' is not an IP address");
}
