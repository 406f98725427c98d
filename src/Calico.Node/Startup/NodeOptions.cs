using System.Globalization;
using System.Net;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Values;
using Calico.Plugins.Docker;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Startup;

/// <summary>What a node must be told. Everything else it learns from the datastore.</summary>
/// <remarks>The variables and their meaning are calico/node's; what is wrong in them stops the start, with the variable's name.</remarks>
internal sealed record NodeOptions
{
    private const ushort DefaultNamePort = 9353;

    /// <summary>This host's name; the key of everything the datastore holds about it.</summary>
    public required string NodeName { get; init; }

    /// <summary>The host's address of each family (IP, IP6): given, detected, kept as stored, or none.</summary>
    public AddressChoice Ipv4 { get; init; } = AddressChoice.KeepOrDetect;

    public AddressChoice Ipv6 { get; init; } = AddressChoice.Keep;

    public DetectionMethod Ipv4Detection { get; init; } = new DetectionMethod.FirstFound();

    public DetectionMethod Ipv6Detection { get; init; } = new DetectionMethod.FirstFound();

    /// <summary>AS; absent: as stored, else the cluster's.</summary>
    public AsNumber? As { get; init; }

    /// <summary>NO_DEFAULT_POOLS: make none.</summary>
    public bool NoDefaultPools { get; init; }

    /// <summary>CALICO_NETWORKING_BACKEND: <c>bird</c> runs BGP, <c>none</c> does not.</summary>
    public bool Bgp { get; init; } = true;

    /// <summary>DISABLE_NODE_IP_CHECK: start although another node has our address.</summary>
    public bool AllowSharedAddress { get; init; }

    /// <summary>CALICO_LIBNETWORK_ENABLED: serve Docker's drivers, by default they are; CALICO_DOCKER_SCOPE and DOCKER_HOST.</summary>
    public DockerSettings Docker { get; init; } = new();

    /// <summary>CALICO_LOG_LEVEL: the least that is logged. Default information.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How often the kernel is read back in full. Default 90 s.</summary>
    public TimeSpan ResyncEvery { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>The node's own files: its name, its identity, what it must remember without the store.</summary>
    public string StateFolder { get; init; } = "/var/lib/calico";

    /// <summary>CALICO_SECRETS_FOLDER: passwords of BGP sessions, as NAME/KEY.</summary>
    public string SecretsFolder { get; init; } = "/etc/calico/secrets";

    /// <summary>FELIX_PROMETHEUSMETRICSENABLED, …HOST, …PORT: where metrics are served; null: nowhere. By default port 9091 of all addresses.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>CALICO_BMP_STATIONS: where BGP sessions and received routes are told over BMP, as ADDRESS:PORT with commas between; none by default.</summary>
    public IReadOnlyList<IPEndPoint> BmpStations { get; init; } = [];

    /// <summary>CALICO_BMP_POST_POLICY: tell stations also what the import policy makes of the routes.</summary>
    public bool BmpPostPolicy { get; init; }

    /// <summary>CALICO_RESERVE: how many addresses of each pool this host keeps for containers that start while the store is away. 0: none.</summary>
    public int ReserveSize { get; init; } = IpamClient.DefaultReserve;

    /// <summary>CALICO_NAMES, CALICO_NAMES_PORT: the port of the loopback where workloads' queries for names are answered; null: they are left alone.</summary>
    public ushort? NamePort { get; init; } = DefaultNamePort;

    /// <summary>CALICO_FAST_PATH: packets of known connections go past the host's routing and tables where the kernel has what it takes. Default true.</summary>
    public bool FastPath { get; init; } = true;

    public string RunFolder { get; init; } = "/run/calico";

    public string DockerPluginFolder { get; init; } = "/run/docker/plugins";

    /// <param name="variables">The environment; null for one that is not set.</param>
    /// <param name="nodeNameFile">What <c>/var/lib/calico/nodename</c> holds, if it exists.</param>
    /// <param name="machineName">The operating system's host name.</param>
    /// <exception cref="FormatException">A variable has a value that cannot be used; the message names it and says what is expected.</exception>
    public static NodeOptions FromEnvironment(Func<string, string?> variables, string? nodeNameFile, string machineName) => new()
    {
        NodeName = NameFrom(variables("NODENAME"), nodeNameFile, variables("HOSTNAME"), machineName),
        Ipv4 = Address(variables("IP"), "IP", AddressChoice.KeepOrDetect, isIPv4: true),
        Ipv6 = Address(variables("IP6"), "IP6", AddressChoice.Keep, isIPv4: false),
        Ipv4Detection = DetectionMethod.Parse(variables("IP_AUTODETECTION_METHOD"), "IP_AUTODETECTION_METHOD"),
        Ipv6Detection = DetectionMethod.Parse(variables("IP6_AUTODETECTION_METHOD"), "IP6_AUTODETECTION_METHOD"),
        As = variables("AS") is not { Length: > 0 } text ? null
            : AsNumber.TryParse(text, out var number) ? number
            : throw new FormatException($"AS='{text}' is not an AS number: 1 to 4294967295 or asdot such as 1.10"),
        NoDefaultPools = Switch(variables("NO_DEFAULT_POOLS"), "NO_DEFAULT_POOLS", otherwise: false),
        Bgp = (variables("CALICO_NETWORKING_BACKEND") ?? "") switch
        {
            "" or "bird" => true,
            "none" => false,
            var other => throw new FormatException($"CALICO_NETWORKING_BACKEND='{other}' is not supported: bird (BGP between hosts) or none"),
        },
        AllowSharedAddress = Switch(variables("DISABLE_NODE_IP_CHECK"), "DISABLE_NODE_IP_CHECK", otherwise: false),
        Metrics = Switch(variables("FELIX_PROMETHEUSMETRICSENABLED"), "FELIX_PROMETHEUSMETRICSENABLED", otherwise: false)
            ? MetricsAt(variables("FELIX_PROMETHEUSMETRICSHOST"), variables("FELIX_PROMETHEUSMETRICSPORT"))
            : null,
        BmpStations = StationsAt(variables("CALICO_BMP_STATIONS")),
        BmpPostPolicy = Switch(variables("CALICO_BMP_POST_POLICY"), "CALICO_BMP_POST_POLICY", otherwise: false),
        SecretsFolder = variables("CALICO_SECRETS_FOLDER") is { Length: > 0 } secrets ? secrets : "/etc/calico/secrets",
        ReserveSize = Reserve(variables("CALICO_RESERVE")),
        NamePort = Switch(variables("CALICO_NAMES"), "CALICO_NAMES", otherwise: true) ? NamePortFrom(variables("CALICO_NAMES_PORT")) : null,
        FastPath = Switch(variables("CALICO_FAST_PATH"), "CALICO_FAST_PATH", otherwise: true),
        LogLevel = NodeLogging.Level(variables("CALICO_LOG_LEVEL")),
        Docker = DockerSettings.Of(variables) with { IsEnabled = Switch(variables("CALICO_LIBNETWORK_ENABLED"), "CALICO_LIBNETWORK_ENABLED", otherwise: true) },
    };

    private static ushort NamePortFrom(string? text) => text switch
    {
        null or "" => DefaultNamePort,
        _ when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 => port,
        _ => throw new FormatException($"CALICO_NAMES_PORT='{text}' is not a port: 1 to 65535"),
    };

    private static string NameFrom(string? given, string? remembered, string? hostname, string machineName)
    {
        var name = new[] { given, remembered?.Trim(), hostname?.ToLowerInvariant(), machineName.ToLowerInvariant() }
            .First(candidate => !string.IsNullOrWhiteSpace(candidate)) ?? "";
        return NodeNames.IsValid(name)
            ? name
            : throw new FormatException($"'{name}' cannot be a node's name (lower-case letters, digits, '-' and '.'): set NODENAME to one that can");
    }

    private static int Reserve(string? text) => text switch
    {
        null or "" => IpamClient.DefaultReserve,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size <= 1024 => size,
        _ => throw new FormatException($"CALICO_RESERVE='{text}' is not a number of addresses from 0 to 1024"),
    };

    private static IPEndPoint MetricsAt(string? host, string? port)
    {
        const int FelixPort = 9091;
        var number = 0;
        if (port is { Length: > 0 } && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= ushort.MaxValue))
            throw new FormatException($"FELIX_PROMETHEUSMETRICSPORT='{port}' is not a port: 1 to 65535");
        if (host is { Length: > 0 } && !IPAddress.TryParse(host, out _))
            throw new FormatException($"FELIX_PROMETHEUSMETRICSHOST='{host}' is not an address of this host");
        return new(host is { Length: > 0 } ? IPAddress.Parse(host) : IPAddress.Any, number == 0 ? FelixPort : number);
    }

    private static List<IPEndPoint> StationsAt(string? text)
    {
        var stations = new List<IPEndPoint>();
        foreach (var word in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IPEndPoint.TryParse(word, out var station) || station.Port == 0)
                throw new FormatException($"CALICO_BMP_STATIONS has '{word}', which is not ADDRESS:PORT or [ADDRESS]:PORT");
            if (!stations.Contains(station))
                stations.Add(station);
        }

        return stations;
    }

    private static AddressChoice Address(string? text, string variable, AddressChoice otherwise, bool isIPv4) => text switch
    {
        null or "" => otherwise,
        "autodetect" => AddressChoice.Detect,
        "none" => AddressChoice.None,
        _ => InterfaceAddress.TryParse(text, out var address) && address.Address.IsIPv4 == isIPv4
            ? new AddressChoice.Given(address, HasPrefix: text.Contains('/', StringComparison.Ordinal))
            : throw new FormatException($"{variable}='{text}' is not an IPv{(isIPv4 ? 4 : 6)} address, 'autodetect' or 'none'"),
    };

    private static bool Switch(string? text, string variable, bool otherwise) => text?.ToLower(CultureInfo.InvariantCulture) switch
    {
        null or "" => otherwise,
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        _ => throw new FormatException($"{variable}='{text}' is neither true nor false"),
    };
}
