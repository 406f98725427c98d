using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;
using Calico.Node.Startup;

namespace Calico.Node.Registration;

/// <summary>Picks the host's address among those of its interfaces: pure, given what the interfaces hold and where routes lead.</summary>
/// <param name="addresses">In the order of the interfaces' indexes.</param>
/// <param name="sourceTowards">The source address the kernel uses towards a destination; null if there is no route.</param>
internal sealed partial class AddressDetection(IReadOnlyList<HostAddress> addresses, Func<IPAddress, IPAddress?> sourceTowards)
{
    /// <summary>Somewhere outside, to which only a default route leads (RFC 5737, RFC 3849); nothing is sent there.</summary>
    private static readonly IPAddress OutsideIPv4 = IPAddress.Parse("192.0.2.1"), OutsideIPv6 = IPAddress.Parse("2001:db8::1");

    /// <summary>Where several interfaces would do, the one towards the default gateway is the host's; where none leads there, which it is would be a guess.</summary>
    public Detection Detect(DetectionMethod method, AddressFamily family)
    {
        var candidates = addresses
            .Where(address => address.Address.Address.AddressFamily == family)
            .Select(address => new Candidate(address, WhyNot(method, address)))
            .ToList();
        var usable = Best(method, [.. candidates.Where(candidate => candidate.Fault is null).Select(candidate => candidate.Address)]);
        if (usable.Count == 0)
            return new(candidates, Chosen: null, IsGuess: false, "none of them will do");
        if (usable.Count == 1)
            return new(candidates, usable[0], IsGuess: false, "the only one that will do");

        var outwards = sourceTowards(family == AddressFamily.InterNetwork ? OutsideIPv4 : OutsideIPv6);
        if (usable.Find(address => address.Address.Address.Equals(outwards)) is { } gateway)
            return new(candidates, gateway, IsGuess: false, "the one towards the default gateway");

        return usable.TrueForAll(address => address.Interface == usable[0].Interface)
            ? new(candidates, usable[0], IsGuess: false, "the interface's first")
            : new(candidates, Chosen: null, IsGuess: true, "several would do as well as each other, and there is no default gateway that would tell");
    }

    /// <summary>Why the method passes an address over; null if it does not.</summary>
    private string? WhyNot(DetectionMethod method, HostAddress address)
    {
        if (!IsGlobal(address.Address.Address))
            return "not for other hosts";

        return method switch
        {
            DetectionMethod.CanReach reach => address.Address.Address.Equals(sourceTowards(reach.Destination)) ? null : $"not the one towards {reach.Destination}",
            DetectionMethod.Interface named => named.Patterns.Any(pattern => pattern.IsMatch(address.Interface)) ? null : "not an interface that was asked for",
            _ when NotTheHosts().IsMatch(address.Interface) => "a container engine's or a tunnel's",
            DetectionMethod.SkipInterface skipped => skipped.Patterns.Any(pattern => pattern.IsMatch(address.Interface)) ? "to be skipped" : null,
            DetectionMethod.InNetwork network => network.Networks.Any(cidr => cidr.Contains(address.Address.Address)) ? null : "not in a network that was asked for",
            _ => null,
        };
    }

    /// <summary>Of several patterns for interfaces the first that matches any counts, as Calico has it.</summary>
    private static List<HostAddress> Best(DetectionMethod method, List<HostAddress> usable)
    {
        if (method is not DetectionMethod.Interface named)
            return usable;

        return named.Patterns.Select(pattern => usable.FindAll(address => pattern.IsMatch(address.Interface))).FirstOrDefault(found => found.Count > 0) ?? [];
    }

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
internal sealed record HostAddress(string Interface, InterfaceAddress Address)
{
    public override string ToString() => $"{Address} on {Interface}";
}
