using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Sends a flow to this host itself, to the port in a register or to its own. In a nat chain at prerouting or output.</summary>
/// <remarks>NFTA_REDIR_REG_PROTO_MIN, _FLAGS.</remarks>
public sealed record Redirect(Register? Port = null) : Expression
{
    internal const string KernelName = "redir";

    private const ushort PortPart = 1, FlagsPart = 3; // NFTA_REDIR_*

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        if (Port is not { } port)
            return;

        message.PutBigEndian(PortPart, port.Number);
        message.PutBigEndian(FlagsPart, (uint)NatFlags.PortsSpecified);
    }

    internal static Redirect DecodeBody(AttributeReader body)
    {
        var redirect = new Redirect();
        while (body.Next())
        {
            if (body.Type == PortPart)
                redirect = new Redirect(Register.FromNumber(body.ReadUInt32BigEndian()));
        }

        return redirect;
    }
}
