using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calico.Model.Values;

/// <summary>An IP protocol, written by Calico's name (TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite) or by number 1–255.</summary>
[JsonConverter(typeof(ProtocolJson))]
public readonly record struct Protocol(byte Number)
{
    public static readonly Protocol Icmp = new(1);
    public static readonly Protocol Tcp = new(6);
    public static readonly Protocol Udp = new(17);
    public static readonly Protocol IcmpV6 = new(58);
    public static readonly Protocol Sctp = new(132);
    public static readonly Protocol UdpLite = new(136);

    private static readonly (Protocol Protocol, string Name)[] Names =
        [(Tcp, "TCP"), (Udp, "UDP"), (Icmp, "ICMP"), (IcmpV6, "ICMPv6"), (Sctp, "SCTP"), (UdpLite, "UDPLite")];

    /// <summary>Ports mean something for these only.</summary>
    public bool HasPorts => this == Tcp || this == Udp || this == Sctp;

    public static bool TryParse(string text, out Protocol protocol)
    {
        protocol = Names.FirstOrDefault(pair => pair.Name == text).Protocol;
        if (protocol.Number == 0 && byte.TryParse(text, out var number))
            protocol = new(number);
        return protocol.Number != 0;
    }

    public override string ToString()
    {
        var self = this;
        return Names.FirstOrDefault(pair => pair.Protocol == self).Name ?? Number.ToString();
    }
}

internal sealed class ProtocolJson : JsonConverter<Protocol>
{
    public override Protocol Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.Number ? reader.GetInt64().ToString() : reader.GetString() ?? "";
        return Protocol.TryParse(text, out var protocol)
            ? protocol
            : throw new JsonException($"'{text}' is not a protocol: TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255");
    }

    public override void Write(Utf8JsonWriter writer, Protocol value, JsonSerializerOptions options)
    {
        var text = value.ToString();
        if (char.IsAsciiDigit(text[0]))
            writer.WriteNumberValue(value.Number);
        else
            writer.WriteStringValue(text);
    }
}
