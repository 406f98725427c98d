using System.Diagnostics;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Lab.Tests.Netlink;

/// <summary>A network namespace of a test's own, with iproute2 and nft as independent witnesses of what is in it.</summary>
internal sealed class FreshNamespace : IDisposable
{
    private static int _made;

    public FreshNamespace()
    {
        Name = $"calnl-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";
        Network = NetworkNamespace.Create(Name);
        Route = RouteSocket.Open(Network);
    }

    public string Name { get; }

    public NetworkNamespace Network { get; }

    public RouteSocket Route { get; }

    /// <summary>Makes a veth pair here, its peer in <paramref name="far"/>, both up, and waits for nothing.</summary>
    /// <returns>The index of the near end.</returns>
    public int Wire(string name, FreshNamespace far, string peerName)
    {
        Assert.True(Route.Links.CreateVeth(new NewVeth { Name = name, IsUp = true, Peer = new VethPeer { Name = peerName, Namespace = far.Network } }));
        far.Route.Links.Change(far.Index(peerName), new LinkChange { IsUp = true });
        return Index(name);
    }

    public int Index(string link) => Route.Links.Find(link)?.Index ?? throw new InvalidOperationException($"{Name} has no link {link}");

    /// <summary>Runs a program inside and returns what it printed.</summary>
    public string Run(string program, params IEnumerable<string> arguments)
    {
        var (status, output, errors) = TryRun(program, arguments);
        Assert.True(status == 0, $"{program} {string.Join(' ', arguments)}: {status}: {errors}");
        return output;
    }

    public (int Status, string Output, string Errors) TryRun(string program, params IEnumerable<string> arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo("/usr/bin/nsenter", [$"--net=/run/netns/{Name}", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim(), errors.GetAwaiter().GetResult().Trim());
    }

    /// <summary>What a command printed, its runs of blanks made one.</summary>
    public string Ip(string arguments) => string.Join(' ', Run("/usr/sbin/ip", Words(arguments)).Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries));

    public static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        Route.Dispose();
        Network.Dispose();
        NetworkNamespace.Delete(Name);
    }
}
