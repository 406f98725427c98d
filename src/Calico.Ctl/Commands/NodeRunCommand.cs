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

    private readonly Option<string?> _image = new("--node-image") { Description = "Run this image of calico-node as a container, where this host's Docker has it (docker load); else the installed calico-node is started." };
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
    private readonly Option<bool> _noDocker = new("--disable-docker-networking") { Description = "Serve no Docker network drivers." };
    private readonly Option<string> _prefix = new("--docker-networking-ifprefix") { Description = "Accepted as Calico's option; the interfaces in containers are cali0, cali1, …", DefaultValueFactory = _ => "cali" };
    private readonly Option<bool> _labels = new("--use-docker-networking-container-labels") { Description = "Accepted as Calico's option; labels of containers are always those of their endpoints." };
    private readonly Option<bool> _initSystem = new("--init-system") { Description = "Stay in the foreground, as a unit of an init system does." };

    public static Command Build(GlobalOptions globals)
    {
        var run = new NodeRunCommand(globals);
        run._as.Validators.Add(result => Refuse(result, text => AsNumber.TryParse(text, out var number) && number.Value > 0, "an AS number"));
        var command = new Command("run", "Start calico-node on this host, in the background. If it runs already, that is said and is no error.")
        {
            run._image, run._name, run._ip, run._ip6, run._as, run._detection, run._detection6, run._logs, run._backend.AcceptOnlyFromAmong(Backends),
            run._noPools, run._dryRun, run._initSystem, run._noDocker, run._prefix.AcceptOnlyFromAmong("cali"), run._labels,
        };
        return command.Runs(globals.Terminal, run.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = globals.Terminal;
        var inForeground = parsed.GetValue(_initSystem);
        using var engine = HostEngine.OfHost();
        var container = parsed.GetValue(_image) is { Length: > 0 } image
            ? new ContainerLaunch { Engine = engine, Image = image, Variables = Variables(parsed), Foreground = inForeground }
            : null;
        if (parsed.GetValue(_dryRun))
        {
            INodeLaunch shown = container is null ? Installed(parsed) : container;
            var stop = container is null ? "calicoctl node stop" : ContainerLaunch.StopLine;
            await terminal.Out.WriteLineAsync($"Use the following command to start calico-node:\n\n{shown.CommandLine}\n\nUse the following command to stop calico-node:\n\n{stop}");
            return 0;
        }

        if (container is not null && await engine.HasImageAsync(container.Image, cancellation))
        {
            return inForeground
                ? await BecomeAsync(container, cancellation)
                : await new NodeStart(terminal, StatusSocket.OfHost()).RunAsync(container, cancellation);
        }

        var program = Installed(parsed);
        if (container is not null)
            await terminal.Error.WriteLineAsync($"Notice: {program.Program} is started on this host; the image {container.Image} is not used: this host's Docker does not have it.");

        return inForeground ? program.BecomeIt() : await new NodeStart(terminal, StatusSocket.OfHost()).RunAsync(program, cancellation);
    }

    private NodeLaunch Installed(ParseResult parsed) => new()
    {
        Program = NodeProgram.Find(),
        Variables = Variables(parsed),
        Log = Path.Combine(parsed.GetValue(_logs) ?? "", "calico-node.log"),
    };

    /// <summary>Docker's own program runs the container in the foreground.</summary>
    private static async Task<int> BecomeAsync(ContainerLaunch container, CancellationToken cancellation)
    {
        var docker = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "docker")).FirstOrDefault(File.Exists)
            ?? throw new CommandException("docker is not on the PATH: it runs the container in the foreground");
        await container.Engine.RemoveAsync(ContainerLaunch.Name, cancellation);
        var variables = Environment.GetEnvironmentVariables();
        var error = Libc.Execute(docker, ["docker", .. container.Arguments()], [.. variables.Keys.Cast<string>().Select(name => $"{name}={variables[name]}")]);
        throw new CommandException($"{docker} cannot be started: {error}");
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
        Set("CALICO_LIBNETWORK_ENABLED", parsed.GetValue(_noDocker) ? "false" : null);
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
