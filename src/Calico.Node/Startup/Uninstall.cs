using System.Text.RegularExpressions;
using Calico.Dataplane;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Node.Startup;

/// <summary><c>calico-node --uninstall</c>: the host as it was before the first start; what the store holds is left alone.</summary>
internal static partial class Uninstall
{
    /// <summary>Returns the exit status; says on standard error why something could not be removed.</summary>
    public static int Run(NodeOptions options)
    {
        Directory.CreateDirectory(options.RunFolder);
        using var sole = SoleInstance.Claim(options.RunFolder, out var holder);
        if (sole is null)
        {
            Console.Error.WriteLine($"calico-node --uninstall: calico-node is running (pid {holder}) and would put everything back: end it first (calicoctl node stop)");
            return 1;
        }

        try
        {
            HostDataplane.Uninstall(inside: null);
            RemoveInterfaces();
            new HostBefore(options.StateFolder, HostBefore.Changed).Restore();
            return 0;
        }
        catch (Exception e) when (e is NetlinkException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"calico-node --uninstall: {e.Message}; what could be removed before that is, and the command can be given again");
            return 1;
        }
    }

    /// <summary>The host's ends of workloads' links; their other ends go with them.</summary>
    private static void RemoveInterfaces()
    {
        using var kernel = RouteSocket.Open();
        foreach (var link in kernel.Links.List().Where(link => OurName().IsMatch(link.Name)))
            kernel.Links.Delete(link.Name);
    }

    [GeneratedRegex("^cali[0-9a-f]{11}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OurName();
}
