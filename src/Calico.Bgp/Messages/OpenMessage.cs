using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>The first message of a session: who the sender is and what it can do.</summary>
/// <remarks>
/// RFC 4271 §4.2: version (1), AS (2), hold time (2), identifier (4), length of the parameters (1), parameters.
/// RFC 9072 §2: a length of 255 and a first parameter of type 255 mean that two-octet lengths follow.
/// </remarks>
/// <param name="As">The sender's AS, from the four-octet capability if there is one.</param>
internal sealed record OpenMessage(uint As, ushort HoldTime, IPAddress Identifier, ValueArray<Capability> Capabilities) : BgpMessage
{
    private const byte Version = 4;
    private const ushort AsTrans = 23456; // RFC 6793 §9: stands for an AS that two octets cannot hold
    private const byte CapabilitiesParameter = 2;
    private const byte Extended = 255;

    protected override MessageType Type => MessageType.Open;

    public bool Has<T>() where T : Capability => Find<T>() is not null;

    /// <summary>The first of its kind: where two contradict each other (RFC 5492 §4), it counts.</summary>
    public T? Find<T>() where T : Capability => Capabilities.OfType<T>().FirstOrDefault();

    public static OpenMessage DecodeBody(ReadOnlySpan<byte> bytes)
    {
        var body = new BgpReader(bytes, Truncated);
        if (body.ReadByte() is var version and not Version)
            throw BgpProtocolException.Open(OpenError.UnsupportedVersion, $"the peer speaks BGP version {version}", 0, Version);

        uint asNumber = body.ReadUInt16();
        var holdTime = body.ReadUInt16();
        if (holdTime is 1 or 2)
            throw BgpProtocolException.Open(OpenError.UnacceptableHoldTime, $"the peer proposes a hold time of {holdTime} s");

        var identifier = body.ReadIPv4();
        if (identifier.Equals(IPAddress.Any))
            throw BgpProtocolException.Open(OpenError.BadIdentifier, "the peer's BGP identifier is 0.0.0.0");

        var capabilities = DecodeParameters(ref body);
        asNumber = capabilities.OfType<Capability.FourOctetAs>().FirstOrDefault()?.As ?? asNumber;
        if (asNumber == 0)
            throw BgpProtocolException.Open(OpenError.BadPeerAs, "the peer's AS is 0"); // RFC 7607 §2

        return new(asNumber, holdTime, identifier, capabilities);
    }

    protected override void EncodeBody(ref BgpWriter body, in CodecOptions options)
    {
        body.WriteByte(Version);
        body.WriteUInt16(As <= ushort.MaxValue ? (ushort)As : AsTrans);
        body.WriteUInt16(HoldTime);
        body.WriteAddress(Identifier);
        Span<byte> scratch = stackalloc byte[MaxLength];
        var capabilities = new BgpWriter(scratch);
        foreach (var capability in Capabilities)
            capability.Encode(ref capabilities);

        var extended = capabilities.Length + 2 > byte.MaxValue - 1;
        var parameters = capabilities.Length == 0 ? 0 : capabilities.Length + (extended ? 3 : 2);
        body.WriteByte(extended ? Extended : (byte)parameters);
        if (extended)
        {
            body.WriteByte(Extended);
            body.WriteUInt16((ushort)parameters);
        }

        if (parameters == 0)
            return;

        body.WriteByte(CapabilitiesParameter);
        if (extended)
            body.WriteUInt16((ushort)capabilities.Length);
        else
            body.WriteByte((byte)capabilities.Length);
        body.Write(capabilities.Written);
    }

    private static ValueArray<Capability> DecodeParameters(ref BgpReader body)
    {
        int length = body.ReadByte();
        var extended = length == Extended && body.Peek() == Extended;
        if (extended)
        {
            body.ReadByte();
            length = body.ReadUInt16();
        }

        if (length != body.Remaining)
            throw BgpProtocolException.Open(OpenError.Unspecific, $"the parameters are said to be {length} octets, but {body.Remaining} are there");

        var capabilities = new List<Capability>();
        while (!body.IsEmpty)
        {
            var type = body.ReadByte();
            var parameter = body.Slice(extended ? body.ReadUInt16() : body.ReadByte());
            if (type != CapabilitiesParameter)
                throw BgpProtocolException.Open(OpenError.UnsupportedParameter, $"{type} is not a parameter of an OPEN that we know");

            while (!parameter.IsEmpty)
            {
                var code = parameter.ReadByte();
                capabilities.Add(Capability.Decode(code, parameter.Read(parameter.ReadByte())));
            }
        }

        return capabilities.Distinct().ToValueArray(); // RFC 5492 §4: the same one more than once is the same as once
    }

    private static BgpProtocolException Truncated() =>
        BgpProtocolException.Open(OpenError.Unspecific, "a parameter or capability of the OPEN reaches past its end");
}
