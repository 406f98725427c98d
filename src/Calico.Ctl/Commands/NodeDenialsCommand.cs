using System.CommandLine;
using System.Net;
using System.Text.Json;
using Calico.Ctl.NodeProcess;
using Calico.Ctl.Output;
using Calico.Model.Hosts;
using Calico.Model.Store;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl node denials</c>: the packets that policy denied on this host, as the node keeps them.</summary>
internal sealed class NodeDenialsCommand(Terminal terminal)
{
    private const int PatienceSeconds = 30;

    private static readonly string[] Headings = ["LAST", "COUNT", "ENDPOINT", "DIRECTION", "PACKET", "DENIED BY"];

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on showing new ones until interrupted." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "json: as the node gives them." };

    public static Command Build(Terminal terminal)
    {
        var denials = new NodeDenialsCommand(terminal);
        var command = new Command("denials", "Show the packets that policy denied on this host of late: endpoint, rule and count. Needs no root.")
        {
            denials._follow, denials._output.AcceptOnlyFromAmong("json"),
        };
        return command.Runs(terminal, denials.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var isJson = parsed.GetValue(_output) is not null;
        var socket = StatusSocket.OfHost();
        var list = await AskAsync(socket, "/denials", cancellation);
        if (!parsed.GetValue(_follow))
        {
            await terminal.Out.WriteAsync(isJson ? Json(list) : Table(list));
            return 0;
        }

        await ShowAsync(list, isJson);
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                list = await AskAsync(socket, $"/denials?since={list.Serial}&wait={PatienceSeconds}", cancellation);
                await ShowAsync(list, isJson);
            }
        }
        catch (OperationCanceledException)
        {
            // the user has seen enough
        }

        return 0;
    }

    private static async Task<DenialList> AskAsync(StatusSocket socket, string path, CancellationToken cancellation)
    {
        var (list, problem) = await socket.AskAsync(path, ModelJson.Default.DenialList, TimeSpan.FromSeconds(PatienceSeconds + 10), cancellation);
        return list ?? throw new CommandException($"Calico process is not running, or keeps no denials.\n({problem}; start it with: calicoctl node run)");
    }

    private async Task ShowAsync(DenialList list, bool isJson)
    {
        foreach (var denial in list.Denials.Reverse())
        {
            await terminal.Out.WriteLineAsync(isJson
                ? JsonSerializer.Serialize(denial, ModelJson.Default.Denial)
                : $"{Time(denial.Last)}  {denial.Count}x  {Describe(denial)}");
        }
    }

    /// <summary>Endpoint, packet and reason on one line.</summary>
    public static string Describe(Denial denial) => $"{denial.Endpoint} {denial.Direction}: {Packet(denial)}: {Reason(denial)}";

    private string Table(DenialList list)
    {
        var text = list.Denials.Count == 0
            ? "No packet was denied of late.\n"
            : PaddedTable.Write(Headings, [.. list.Denials.Select(Row)]);
        return list.Lost == 0 ? text : $"{text}{list.Lost} packet(s) came too fast to be read, and are in no count.\n";
    }

    private string[] Row(Denial denial) =>
        [Time(denial.Last), denial.Count.ToString(), denial.Endpoint, denial.Direction.ToString(), Packet(denial), Reason(denial)];

    private string Time(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, terminal.Time.LocalTimeZone).ToString("HH:mm:ss");

    private static string Packet(Denial denial) =>
        $"{denial.Protocol} {End(denial.Source, denial.SourcePort)} -> {End(denial.Destination, denial.DestinationPort)}";

    private static string Reason(Denial denial) => denial.IsStaged ? $"{denial.Reason} (staged: not denied)" : denial.Reason;

    private static string End(IPAddress address, ushort? port) => port is { } number ? new IPEndPoint(address, number).ToString() : address.ToString();

    private static string Json(DenialList list) => JsonSerializer.Serialize(list, ModelJson.Default.DenialList) + "\n";
}
