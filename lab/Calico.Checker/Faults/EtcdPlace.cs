using System.Diagnostics;
using Calico.Lab.Tools;

namespace Calico.Checker.Faults;

/// <summary>Three etcd members and the clients, each in a network namespace of its own, on one switch: members die, hang, and are cut off from each other and from clients.</summary>
internal sealed class EtcdPlace : IPlace
{
    private const int Members = 3;

    private readonly string _name;
    private readonly string _folder;
    private readonly Worker[] _members;

    private EtcdPlace(string name, string folder)
    {
        (_name, _folder) = (name, folder);
        _members = [.. Enumerable.Range(0, Members).Select(i => new Worker($"m{i}", () => new ProcessStartInfo("ip", Command(i))))];
    }

    public IReadOnlyList<string> Endpoints => [.. Enumerable.Range(0, Members).Select(i => $"http://{Address(i)}:2379")];

    public string Path => "";

    public string? ClientSpace => Space("c");

    private string Switch => Space("sw");

    /// <param name="name">Begins the names of all namespaces.</param>
    /// <param name="folder">Where the members keep their files.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public static async Task<EtcdPlace> MakeAsync(string name, string folder, CancellationToken cancel)
    {
        var place = new EtcdPlace(name, folder);
        try
        {
            await place.BuildAsync(cancel);
            foreach (var member in place._members)
                member.Start();
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    public async Task<string?> BreakAsync(Random random, CancellationToken cancel)
    {
        var (one, other) = (random.Next(Members), random.Next(1, Members));
        other = (one + other) % Members;
        var time = TimeSpan.FromMilliseconds(random.Next(300, 3000));
        switch (random.Next(6))
        {
            case 0:
                _members[one].Kill();
                await Task.Delay(time / 2, cancel);
                _members[one].Start();
                return $"member {one} killed";
            case 1:
                _members[one].Pause();
                await Task.Delay(time, cancel);
                _members[one].Resume();
                return $"member {one} paused {time.TotalSeconds:0.0} s";
            case 2:
                await LinkAsync(one, "down");
                await Task.Delay(time, cancel);
                await LinkAsync(one, "up");
                return $"member {one} cut off {time.TotalSeconds:0.0} s";
            case 3:
                await CutAsync($"m{one}", $"m{other}", "add");
                await Task.Delay(time, cancel);
                await CutAsync($"m{one}", $"m{other}", "del");
                return $"members {one} and {other} parted {time.TotalSeconds:0.0} s";
            case 4:
                await CutAsync("c", $"m{one}", "add");
                await Task.Delay(time, cancel);
                await CutAsync("c", $"m{one}", "del");
                return $"clients parted from member {one} {time.TotalSeconds:0.0} s";
            default:
                _members[one].Kill();
                _members[other].Pause();
                await Task.Delay(time / 2, cancel);
                _members[other].Resume();
                _members[one].Start();
                return $"member {one} killed while {other} was paused";
        }
    }

    public async Task MendAsync()
    {
        foreach (var (i, member) in _members.Index())
        {
            member.Resume();
            if (!member.IsRunning)
                member.Start();
            await LinkAsync(i, "up");
        }

        foreach (var space in Spaces.Where(space => space != "sw"))
        {
            foreach (var other in Spaces.Where(other => other != "sw" && other != space))
                await Tool.RunAsync(["ip", "-n", Space(space), "route", "del", "blackhole", $"{AddressOf(other)}/32"], input: null, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            member.Dispose();
        foreach (var space in Spaces)
            await Tool.RunAsync(["ip", "netns", "delete", Space(space)], input: null, CancellationToken.None);
    }

    private static IEnumerable<string> Spaces => [.. Enumerable.Range(0, Members).Select(i => $"m{i}"), "c", "sw"];

    private static string Address(int member) => $"10.213.0.{member + 1}";

    private static string AddressOf(string space) => space == "c" ? "10.213.0.100" : Address(space[1] - '0');

    private string Space(string part) => $"{_name}-{part}";

    private async Task BuildAsync(CancellationToken cancel)
    {
        foreach (var space in Spaces)
        {
            await IpAsync(cancel, "netns", "add", Space(space));
            await IpAsync(cancel, "-n", Space(space), "link", "set", "lo", "up");
        }

        await IpAsync(cancel, "-n", Switch, "link", "add", "br0", "type", "bridge");
        await IpAsync(cancel, "-n", Switch, "link", "set", "br0", "up");
        foreach (var space in Spaces.Where(space => space != "sw"))
        {
            await IpAsync(cancel, "-n", Switch, "link", "add", $"p-{space}", "type", "veth", "peer", "name", "eth0", "netns", Space(space));
            await IpAsync(cancel, "-n", Switch, "link", "set", $"p-{space}", "master", "br0", "up");
            await IpAsync(cancel, "-n", Space(space), "address", "add", $"{AddressOf(space)}/24", "dev", "eth0");
            await IpAsync(cancel, "-n", Space(space), "link", "set", "eth0", "up");
        }
    }

    private string[] Command(int member) =>
    [
        "netns", "exec", Space($"m{member}"), "/usr/bin/etcd",
        "--name", $"m{member}", "--data-dir", System.IO.Path.Combine(_folder, $"m{member}"),
        "--listen-client-urls", $"http://{Address(member)}:2379", "--advertise-client-urls", $"http://{Address(member)}:2379",
        "--listen-peer-urls", $"http://{Address(member)}:2380", "--initial-advertise-peer-urls", $"http://{Address(member)}:2380",
        "--initial-cluster", string.Join(',', Enumerable.Range(0, Members).Select(i => $"m{i}=http://{Address(i)}:2380")),
        "--initial-cluster-token", _name, "--logger", "zap", "--log-outputs", System.IO.Path.Combine(_folder, $"m{member}.log"),
    ];

    private Task<string> LinkAsync(int member, string state) => IpAsync(CancellationToken.None, "-n", Switch, "link", "set", $"p-m{member}", state);

    /// <summary>Neither answers the other any more, or again.</summary>
    private async Task CutAsync(string one, string other, string verb)
    {
        await IpAsync(CancellationToken.None, "-n", Space(one), "route", verb, "blackhole", $"{AddressOf(other)}/32");
        await IpAsync(CancellationToken.None, "-n", Space(other), "route", verb, "blackhole", $"{AddressOf(one)}/32");
    }

    private static Task<string> IpAsync(CancellationToken cancel, params string[] words) => Tool.MustAsync("preparing the checker's network", ["ip", .. words], input: null, cancel);
}
