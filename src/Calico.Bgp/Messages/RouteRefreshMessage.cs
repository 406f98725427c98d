using System.Buffers.Binary;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>Asks for all routes of a family again.</summary>
/// <remarks>RFC 2918 §3, RFC 7313 §3.2: AFI (2), subtype (1), SAFI (1).</remarks>
/// <param name="Subtype">0 asks; 1 and 2 mark begin and end of the answer (RFC 7313); others are to be ignored.</param>
internal sealed record RouteRefreshMessage(Family Family, byte Subtype = 0) : BgpMessage
{
    /// <summary>RFC 7313 §3.2: begin of the answer (BoRR).</summary>
    public const byte Begin = 1;

    /// <summary>RFC 7313 §3.2: end of the answer (EoRR).</summary>
    public const byte End = 2;

    protected override MessageType Type => MessageType.RouteRefresh;

    public static RouteRefreshMessage DecodeBody(ReadOnlySpan<byte> body)
    {
        if (body.Length != 4)
        {
            throw new BgpProtocolException( // RFC 7313 §5: invalid message length
                new NotificationMessage(ErrorCode.RouteRefresh, 1, body), $"a ROUTE-REFRESH has {body.Length} octets in place of 4");
        }

        return new(new Family(BinaryPrimitives.ReadUInt16BigEndian(body), body[3]), body[2]);
    }

    protected override void EncodeBody(ref BgpWriter body, in CodecOptions options)
    {
        body.WriteUInt16(Family.Afi);
        body.WriteByte(Subtype);
        body.WriteByte(Family.Safi);
    }
}
