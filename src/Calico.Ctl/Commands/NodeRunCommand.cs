using System.CommandLine;
using Calico.Ctl.NodeProcess;
using Calico.Datastore.Configuration;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl node run</c>.</summary>
internal sealed class NodeRunCommand(GlobalOptions globals)
{
    private static readonly string[] Backends = ["bird", "none"];

    private readonly Option<string?> _image = new("--node-image") { Description = "Accepted as Calico's option; the calico-node installed on this host is started." };
    private readonly Option<string?> _name = new("--name") { Description = "The node's name (default: the host's)." };
    private readonly Option<string?> _ip = Address("--ip", isIPv4: true);
    private readonly Option<string?> _ip6 = Address("--ip6", isIPv4: false);
    private readonly Option<string?> _as = new("--as") { Description = "The node's AS number (default: the cluster's)." };
    private readonly Option<string?> _detection = Method("--ip-autodetection-method", "IPv4");
    private readonly Option<string?> _detection6 = Method("--ip6-autodetection-method", "IPv6");
    private readonly Option<string> _logs = new("--log-dir") { Description = "Where the log goes.", DefaultValueFactory = _ => "/var/log/calico" };
    private readonly Option<string> _backend = new("--backend") { Description = "bird (BGP between hosts) or none.", DefaultValueFactory = _ => "bird" };
    private readonly Option<bool> _noPools = new("--no-default-ippools") { Description = "Make no IP pools where there are none." };
    private readonly Option<bool> _dryRun = new("--dryrun") { Description = "Print the command and start nothing." };
    private readonly Option<bool> _initSystem = new("--init-system") { Description = "Stay in the foreground, as a unit of an init system does." };

    public static Command Build(GlobalOptions globals)
    {
        var run = new NodeRunCommand(globals);
        run._as.Validators.Add(result => Refuse(result, text => AsNumber.TryParse(text, out var number) && number.Value > 0, "an AS number"));
        var command = new Command("run", "Start calico-node on this host, in the background. If it runs already, that is said and is no error.")
        {
            run._image, run._name, run._ip, run._ip6, run._as, run._detection, run._detection6, run._logs, run._backend.AcceptOnlyFromAmong(Backends),
            run._noPools, run._dryRun, run._initSystem,
        };
        return command.Runs(globals.Terminal, run.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = globals.Terminal;
        var launch = new NodeLaunch
        {
            Program = NodeProgram.Find(),
            Variables = Variables(parsed),
            Log = Path.Combine(parsed.GetValue(_logs) ?? "", "calico-node.log"),
        };
        if (parsed.GetValue(_dryRun))
        {
            await terminal.Out.WriteLineAsync($"Use the following command to start calico-node:\n\n{launch.CommandLine}");
            return 0;
        }

        if (parsed.GetValue(_image) is { } image)
            await terminal.Error.WriteLineAsync($"Notice: {launch.Program} is started on this host; the image {image} is not used by this version.");

        return parsed.GetValue(_initSystem)
            ? launch.BecomeIt()
            : await new NodeStart(terminal, StatusSocket.OfHost()).RunAsync(launch, cancellation);
    }

    /// <summary>The variables that calico-node reads; those of this program's own environment go on to it beside them.</summary>
    private Dictionary<string, string> Variables(ParseResult parsed)
    {
        var variables = new Dictionary<string, string>();
        void Set(string variable, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                variables[variable] = value;
        }

        Set("NODENAME", parsed.GetValue(_name));
        Set("IP", parsed.GetValue(_ip));
        Set("IP6", parsed.GetValue(_ip6));
        Set("AS", parsed.GetValue(_as));
        Set("IP_AUTODETECTION_METHOD", parsed.GetValue(_detection));
        Set("IP6_AUTODETECTION_METHOD", parsed.GetValue(_detection6));
        Set("CALICO_NETWORKING_BACKEND", parsed.GetValue(_backend));
        Set("NO_DEFAULT_POOLS", parsed.GetValue(_noPools) ? "true" : null);
        var settings = DatastoreSettings.Load(globals.Configuration(parsed), Environment.GetEnvironmentVariable);
        foreach (var notice in settings.Notices)
            globals.Terminal.Error.WriteLine(notice);
        foreach (var (variable, value) in DatastoreVariables.Of(settings))
            Set(variable, value);
        return variables;
    }

    private static Option<string?> Address(string name, bool isIPv4)
    {
        var family = isIPv4 ? "IPv4" : "IPv6";
        var option = new Option<string?>(name) { Description = $"The host's {family} address for BGP, 'autodetect' or 'none'." };
        option.Validators.Add(result => Refuse(
            result,
            text => text is "" or "autodetect" or "none" || (InterfaceAddress.TryParse(text, out var address) && address.Address.IsIPv4 == isIPv4),
            $"an {family} address, 'autodetect' or 'none'"));
        return option;
    }

    /// <summary>Says how an address is found.</summary>
    public static Option<string?> Method(string name, string family) =>
        new(name) { Description = $"How the {family} address is found: first-found, can-reach=…, interface=…, skip-interface=…, cidr=…" };

    private static void Refuse(System.CommandLine.Parsing.OptionResult result, Func<string, bool> isGood, string expected)
    {
        if (result.Tokens is [var token] && !isGood(token.Value))
            result.AddError($"{result.Option.Name} '{token.Value}' is not {expected}");
    }
}
