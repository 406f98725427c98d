using System.Net.Sockets;
using System.Text;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>calico-bgpd as built.</summary>
internal sealed class OurRouter : RouterDaemon
{
    private const string Daemon = "calico-bgpd";

    public OurRouter(FreshNamespace host, string json)
        : base(host)
    {
        Write("router.json", json);
        Start();
    }

    public override string Everything => $"{Ask("peers")}\n{Ask("routes")}\n{Said}";

    /// <summary>SIGKILL: no word to any peer, and the kernel's routes stay.</summary>
    public void Kill() => End(Daemon);

    public void Start() => Start(
        Daemon, Path.Combine(Repository(AppContext.BaseDirectory), "bin/calico-bgpd"), "--config", In("router.json"), "--control", In("control"));

    /// <summary>Puts another file in its place and has it read.</summary>
    /// <returns>The answer, which says what is wrong with the file if something is.</returns>
    public string Reload(string json)
    {
        Write("router.json", json);
        return Ask("reload");
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public void Stop()
    {
        Signal(Daemon, "TERM");
        Assert.True(AwaitExit(Daemon), Said);
    }

    /// <summary>The line that it answers to a command on its control socket.</summary>
    public string Ask(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(In("control")));
            using var stream = new NetworkStream(socket);
            stream.Write(Encoding.UTF8.GetBytes(command + "\n"));
            using var reader = new StreamReader(stream);
            return reader.ReadLine() ?? "";
        }
        catch (SocketException e)
        {
            return e.Message; // not there yet
        }
    }

    private static string Repository(string folder) =>
        File.Exists(Path.Combine(folder, "Calico.slnx")) ? folder : Repository(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Calico.slnx above the tests"));
}
