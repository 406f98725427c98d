using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;
using Calico.Node.Startup;

namespace Calico.Node.Registration;

/// <summary>Picks the host's address among those of its interfaces: pure, given what the interfaces hold.</summary>
internal static partial class AddressDetection
{
    /// <param name="candidates">In the order of the interfaces' indexes.</param>
    /// <param name="sourceTowards">The source address the kernel uses towards a destination; null if there is no route.</param>
    public static HostAddress? Pick(
        DetectionMethod method, IReadOnlyList<HostAddress> candidates, AddressFamily family, Func<IPAddress, IPAddress?> sourceTowards)
    {
        var usable = candidates.Where(candidate => candidate.Address.Address.AddressFamily == family && IsGlobal(candidate.Address.Address)).ToList();
        return method switch
        {
            DetectionMethod.CanReach reach => usable.Find(candidate => candidate.Address.Address.Equals(sourceTowards(reach.Destination))),
            DetectionMethod.Interface named => usable.Find(candidate => named.Patterns.Any(pattern => pattern.IsMatch(candidate.Interface))),
            DetectionMethod.SkipInterface skipped => FirstFound(
                usable.Where(candidate => !skipped.Patterns.Any(pattern => pattern.IsMatch(candidate.Interface)))),
            DetectionMethod.InNetwork network => FirstFound(
                usable.Where(candidate => network.Networks.Any(cidr => cidr.Contains(candidate.Address.Address)))),
            _ => FirstFound(usable),
        };
    }

    /// <summary>Calico's order: the interface found last first, those of container engines and tunnels never.</summary>
    private static HostAddress? FirstFound(IEnumerable<HostAddress> candidates) =>
        candidates.LastOrDefault(candidate => !NotTheHosts().IsMatch(candidate.Interface));

    private static bool IsGlobal(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast
        && !(address.IsIPv4 && address.GetAddressBytes() is [169, 254, ..]);

    [GeneratedRegex(
        @"^(docker|cbr|dummy|podman|virbr|lxcbr|veth|lo$|br-|cali|temp[0-9a-f]{11}$|tunl|flannel|kube-ipvs|cni|vxlan\.calico|vxlan-v6\.calico|wireguard\.cali|wg-v6\.cali|nodelocaldns)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex NotTheHosts();

    /// <summary>True of interfaces that belong to the host itself, whose subnets no block may overlap.</summary>
    public static bool IsWorkloadInterface(string name) => name.StartsWith("cali", StringComparison.Ordinal) || name.StartsWith("temp", StringComparison.Ordinal);
}

/// <summary>An address of one of the host's interfaces.</summary>
internal sealed record HostAddress(string Interface, InterfaceAddress Address);
