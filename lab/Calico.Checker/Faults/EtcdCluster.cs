using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Datastore.Etcd;
using Calico.Model.Values;

namespace Calico.Checker.Faults;

/// <summary>Real etcd members on loopback, with their files in a folder of their own; all gone when disposed.</summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private const string Program = "/usr/bin/etcd";
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-etcd-").FullName;
    private readonly List<Member> _members = [];

    public static bool IsInstalled => File.Exists(Program);

    public IReadOnlyList<Uri> Endpoints => [.. _members.Select(member => member.Client)];

    /// <param name="count">How many members.</param>
    /// <param name="extra">Further arguments of each.</param>
    /// <param name="scheme">Of the clients' port.</param>
    public static async Task<EtcdCluster> StartAsync(int count, string[]? extra = null, string scheme = "http")
    {
        var cluster = new EtcdCluster();
        var ports = FreePorts(count * 2);
        for (var i = 0; i < count; i++)
            cluster._members.Add(new($"m{i}", new Uri($"{scheme}://127.0.0.1:{ports[i * 2]}"), new Uri($"http://127.0.0.1:{ports[(i * 2) + 1]}"), extra ?? []));
        foreach (var member in cluster._members)
            cluster.Start(member);
        if (scheme == "http")
            await cluster.WaitAsync();
        return cluster;
    }

    public void Kill(int index)
    {
        _members[index].Process?.Kill();
        _members[index].Process?.WaitForExit();
    }

    public void Restart(int index) => Start(_members[index]);

    public void Pause(int index) => Signal(index, "STOP");

    public void Resume(int index) => Signal(index, "CONT");

    /// <summary>Runs etcdctl against the first member and returns what it prints.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/etcdctl", ["--endpoints", $"{Endpoints[0]}", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ETCDCTL_API"] = "3";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("etcdctl did not start");
        var output = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"etcdctl {string.Join(' ', arguments)}: {output}");
    }

    public EtcdStore Open(params int[] members) => new(
        new EtcdSettings { Endpoints = members.Length == 0 ? Endpoints.ToValueList() : members.Select(index => Endpoints[index]).ToValueList() }, TimeProvider.System);

    public async Task ClearAsync()
    {
        await using var store = Open();
        foreach (var keys in (await store.ListKeysAsync("/", CancellationToken.None)).Chunk(100))
            await store.CommitAsync([.. keys.Select(key => StoreWrite.Delete(key))], CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            member.Process?.Kill();
            member.Process?.WaitForExit();
            member.Process?.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Start(Member member)
    {
        string[] arguments =
        [
            "--name", member.Name, "--data-dir", Path.Combine(_folder, member.Name),
            "--listen-client-urls", Plain(member.Client), "--advertise-client-urls", Plain(member.Client),
            "--listen-peer-urls", Plain(member.Peer), "--initial-advertise-peer-urls", Plain(member.Peer),
            "--initial-cluster", string.Join(',', _members.Select(other => $"{other.Name}={Plain(other.Peer)}")),
            "--initial-cluster-token", _folder, "--logger", "zap", "--log-outputs", Path.Combine(_folder, $"{member.Name}.log"),
            .. member.Extra,
        ];
        member.Process = Process.Start(new ProcessStartInfo(Program, arguments)) ?? throw new InvalidOperationException($"{Program} did not start");
    }

    private async Task WaitAsync()
    {
        foreach (var index in Enumerable.Range(0, _members.Count))
        {
            await using var store = Open(index);
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    await store.GetAsync("/", CancellationToken.None);
                    break;
                }
                catch (DatastoreException) when (attempt < 300)
                {
                    await Task.Delay(100);
                }
            }
        }
    }

    private void Signal(int index, string signal)
    {
        using var process = Process.Start("/bin/kill", [$"-{signal}", $"{_members[index].Process?.Id}"]);
        process.WaitForExit();
    }

    private static string Plain(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private sealed record Member(string Name, Uri Client, Uri Peer, string[] Extra)
    {
        public Process? Process { get; set; }
    }
}
