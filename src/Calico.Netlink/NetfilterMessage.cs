using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink;

/// <summary>What the messages of netfilter's subsystems share, those of nf_tables aside.</summary>
/// <remarks>nlmsg_type: subsystem (1), verb (1). struct nfgenmsg: family, version, resource (2, network order).</remarks>
internal static class NetfilterMessage
{
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct NfGen(byte Family, byte Version, ushort Resource);

    public static NetlinkWriter Begin(RequestBuffer requests, byte subsystem, byte verb, NetlinkFlags flags, byte family, ushort resource = 0)
    {
        var message = requests.Begin((ushort)((subsystem << 8) | verb), flags);
        message.Write(new NfGen(family, 0, BinaryPrimitives.ReverseEndianness(resource)));
        return message;
    }
}
