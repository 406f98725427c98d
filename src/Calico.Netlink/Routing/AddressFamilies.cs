using System.Net;
using System.Net.Sockets;

namespace Calico.Netlink.Routing;

/// <summary>Address families by the kernel's numbers, which .NET does not share.</summary>
internal static class AddressFamilies
{
    public const byte Any = 0, IPv4 = 2, IPv6 = 10; // AF_UNSPEC, AF_INET, AF_INET6

    public static byte ToKernel(AddressFamily family) => family == AddressFamily.InterNetwork ? IPv4 : IPv6;

    /// <summary>The address of all zeros, which attributes leave out.</summary>
    public static IPAddress Unspecified(byte family) => family == IPv4 ? IPAddress.Any : IPAddress.IPv6Any;

    public static int BitLength(byte family) => family == IPv4 ? 32 : 128;
}
