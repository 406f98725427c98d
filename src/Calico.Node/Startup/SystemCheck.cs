using System.Net.Sockets;
using Calico.Netlink;
using Calico.Netlink.Nftables;
using Calico.Netlink.Routing;
using Calico.Node.Registration;

namespace Calico.Node.Startup;

/// <summary><c>calico-node --check</c>: whether this host can be a node, under which name and with which address. Changes nothing, and asks no store.</summary>
internal sealed class SystemCheck(NodeOptions options, TextWriter output)
{
    private bool _failed;

    /// <param name="remembered">The name that the host's state folder keeps; null if it keeps none.</param>
    /// <returns>The exit status.</returns>
    public int Run(string? remembered)
    {
        output.WriteLine("Checking this host...");
        Tell("node name", isGood: true, remembered is null || remembered == options.NodeName ? options.NodeName : $"{options.NodeName} (it was {remembered} until now)");
        Tell("kernel", isGood: true, $"Linux {Environment.OSVersion.Version}");
        Try("nf_tables", () =>
        {
            using var nftables = NftSocket.Open();
            return (true, $"{nftables.Tables().Count} table(s) there");
        });
        Try("addresses", () =>
        {
            using var kernel = RouteSocket.Open();
            var source = new HostAddresses(kernel);
            var found = source.Read();
            Tell(found, source);
            return (found.Count > 0, $"{found.Count}");
        });
        output.WriteLine(_failed ? "System doesn't meet the minimum system requirements to run Calico!" : "System meets minimum system requirements to run Calico!");
        return _failed ? 1 : 0;
    }

    private void Tell(IReadOnlyList<HostAddress> found, HostAddresses source)
    {
        var detection = new AddressDetection(found, source.SourceTowards);
        Tell("IPv4 address", options.Ipv4, detection.Detect(options.Ipv4Detection, AddressFamily.InterNetwork));
        Tell("IPv6 address", options.Ipv6, detection.Detect(options.Ipv6Detection, AddressFamily.InterNetworkV6));
    }

    private void Tell(string what, AddressChoice choice, Detection found)
    {
        var (isGood, text) = choice switch
        {
            AddressChoice.Given given => (true, $"{given.Address.Address} as it was given"),
            AddressChoice.NoneChoice => (true, "none, as it was said"),
            AddressChoice.KeepChoice => (true, $"as the datastore has it, else none; detection would find {found}"),
            AddressChoice.KeepOrDetectChoice => (found.Chosen is not null, $"as the datastore has it, else {found}"),
            _ => (found.Chosen is not null, $"{found}"),
        };
        Tell(what, isGood, text);
    }

    private void Try(string what, Func<(bool IsGood, string Text)> look)
    {
        try
        {
            var (isGood, text) = look();
            Tell(what, isGood, text);
        }
        catch (NetlinkException e)
        {
            Tell(what, isGood: false, e.Message);
        }
    }

    private void Tell(string what, bool isGood, string text)
    {
        _failed |= !isGood;
        output.WriteLine($"{what,-14} {(isGood ? "OK  " : "FAIL")} {text}");
    }
}
