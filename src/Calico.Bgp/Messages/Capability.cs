using System.Buffers.Binary;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>Something that the sender of an OPEN can do (RFC 5492).</summary>
/// <remarks>On the wire: code (1), length (1), value.</remarks>
internal abstract record Capability
{
    private const byte MultiprotocolCode = 1;
    private const byte RouteRefreshCode = 2;
    private const byte ExtendedNextHopCode = 5;
    private const byte ExtendedMessageCode = 6;
    private const byte RoleCode = 9;
    private const byte GracefulRestartCode = 64;
    private const byte FourOctetAsCode = 65;
    private const byte AddPathCode = 69;
    private const byte EnhancedRefreshCode = 70;
    private const byte LongLivedCode = 71;

    private Capability() { }

    /// <exception cref="BgpProtocolException">A capability we know has a length that it cannot have.</exception>
    public static Capability Decode(byte code, ReadOnlySpan<byte> value) => code switch
    {
        MultiprotocolCode when value.Length == 4 => new Multiprotocol(ReadFamily(value)),
        RouteRefreshCode when value.Length == 0 => new RouteRefresh(),
        GracefulRestartCode when value.Length >= 2 && (value.Length - 2) % 4 == 0 => DecodeGracefulRestart(value),
        FourOctetAsCode when value.Length == 4 => new FourOctetAs(BinaryPrimitives.ReadUInt32BigEndian(value)),
        ExtendedNextHopCode when value.Length % ExtendedNextHopFamily.Length == 0 => DecodeExtendedNextHop(value),
        ExtendedMessageCode when value.Length == 0 => new ExtendedMessage(),
        RoleCode when value.Length == 1 => new Role((BgpRole)value[0]),
        AddPathCode when value.Length % 4 == 0 => DecodeAddPath(value),
        EnhancedRefreshCode when value.Length == 0 => new EnhancedRefresh(),
        LongLivedCode when value.Length % LongLivedFamily.Length == 0 => DecodeLongLived(value),
        MultiprotocolCode or RouteRefreshCode or ExtendedNextHopCode or ExtendedMessageCode or RoleCode or GracefulRestartCode or FourOctetAsCode or AddPathCode or EnhancedRefreshCode or LongLivedCode =>
            throw BgpProtocolException.Open(OpenError.Unspecific, $"capability {code} cannot be {value.Length} octets long"),
        _ => new Unknown(code, ValueArray.Create(value)),
    };

    public void Encode(ref BgpWriter writer)
    {
        writer.WriteByte(Code);
        var start = writer.BeginLength8();
        EncodeValue(ref writer);
        writer.EndLength8(start);
    }

    protected abstract byte Code { get; }

    protected virtual void EncodeValue(ref BgpWriter writer)
    {
    }

    private static GracefulRestart DecodeGracefulRestart(ReadOnlySpan<byte> value)
    {
        var head = BinaryPrimitives.ReadUInt16BigEndian(value);
        var families = new List<PreservedFamily>();
        for (var rest = value[2..]; !rest.IsEmpty; rest = rest[4..])
            families.Add(new(new Family(BinaryPrimitives.ReadUInt16BigEndian(rest), rest[2]), (rest[3] & 0x80) != 0));
        return new((head & 0x8000) != 0, TimeSpan.FromSeconds(head & 0x0fff), families.ToValueArray()) { Notification = (head & 0x4000) != 0 };
    }

    private static LongLived DecodeLongLived(ReadOnlySpan<byte> value)
    {
        var families = new List<LongLivedFamily>();
        for (var rest = value; !rest.IsEmpty; rest = rest[LongLivedFamily.Length..])
        {
            var seconds = (rest[4] << 16) | (rest[5] << 8) | rest[6];
            families.Add(new(new Family(BinaryPrimitives.ReadUInt16BigEndian(rest), rest[2]), (rest[3] & 0x80) != 0, TimeSpan.FromSeconds(seconds)));
        }

        return new(families.ToValueArray());
    }

    private static ExtendedNextHop DecodeExtendedNextHop(ReadOnlySpan<byte> value)
    {
        var families = new List<ExtendedNextHopFamily>();
        for (; !value.IsEmpty; value = value[ExtendedNextHopFamily.Length..])
        {
            families.Add(new(
                BinaryPrimitives.ReadUInt16BigEndian(value), BinaryPrimitives.ReadUInt16BigEndian(value[2..]), BinaryPrimitives.ReadUInt16BigEndian(value[4..])));
        }

        return new(families.ToValueArray());
    }

    private static AddPath DecodeAddPath(ReadOnlySpan<byte> value)
    {
        var families = new List<AddPathFamily>();
        for (; !value.IsEmpty; value = value[4..])
            families.Add(new(new Family(BinaryPrimitives.ReadUInt16BigEndian(value), value[2]), value[3]));
        return new(families.ToValueArray());
    }

    /// <summary>AFI (2), reserved (1), SAFI (1).</summary>
    private static Family ReadFamily(ReadOnlySpan<byte> value) => new(BinaryPrimitives.ReadUInt16BigEndian(value), value[3]);

    /// <summary>RFC 4760 §8: the sender carries routes of this family.</summary>
    public sealed record Multiprotocol(Family Family) : Capability
    {
        protected override byte Code => MultiprotocolCode;

        protected override void EncodeValue(ref BgpWriter writer)
        {
            writer.WriteUInt16(Family.Afi);
            writer.WriteByte(0);
            writer.WriteByte(Family.Safi);
        }
    }

    /// <summary>RFC 2918 §2.</summary>
    public sealed record RouteRefresh : Capability
    {
        protected override byte Code => RouteRefreshCode;
    }

    /// <summary>RFC 6793 §3: the sender's AS in full.</summary>
    public sealed record FourOctetAs(uint As) : Capability
    {
        protected override byte Code => FourOctetAsCode;

        protected override void EncodeValue(ref BgpWriter writer) => writer.WriteUInt32(As);
    }

    /// <summary>RFC 4724 §3: flags (4 bits) and restart time (12), then for each family AFI (2), SAFI (1), flags (1).</summary>
    /// <param name="Restarted">R: the sender has restarted; its peers need not wait for its End-of-RIB.</param>
    public sealed record GracefulRestart(bool Restarted, TimeSpan RestartTime, ValueArray<PreservedFamily> Families) : Capability
    {
        /// <summary>N (RFC 8538 §2): a NOTIFICATION other than a hard reset ends the session only, not the routes.</summary>
        public bool Notification { get; init; }

        protected override byte Code => GracefulRestartCode;

        protected override void EncodeValue(ref BgpWriter writer)
        {
            writer.WriteUInt16((ushort)((Restarted ? 0x8000 : 0) | (Notification ? 0x4000 : 0) | Math.Clamp((int)RestartTime.TotalSeconds, 0, 0x0fff)));
            foreach (var (family, preserved) in Families)
            {
                writer.WriteUInt16(family.Afi);
                writer.WriteByte(family.Safi);
                writer.WriteByte((byte)(preserved ? 0x80 : 0));
            }
        }
    }

    /// <summary>RFC 8950 §4: for each family AFI (2), SAFI (2) and the AFI of next hops that the sender understands besides (2).</summary>
    public sealed record ExtendedNextHop(ValueArray<ExtendedNextHopFamily> Families) : Capability
    {
        protected override byte Code => ExtendedNextHopCode;

        protected override void EncodeValue(ref BgpWriter writer)
        {
            foreach (var (afi, safi, nextHopAfi) in Families)
            {
                writer.WriteUInt16(afi);
                writer.WriteUInt16(safi);
                writer.WriteUInt16(nextHopAfi);
            }
        }
    }

    /// <summary>RFC 7911 §4: for each family AFI (2), SAFI (1), and what the sender can do (1).</summary>
    public sealed record AddPath(ValueArray<AddPathFamily> Families) : Capability
    {
        protected override byte Code => AddPathCode;

        protected override void EncodeValue(ref BgpWriter writer)
        {
            foreach (var (family, mode) in Families)
            {
                writer.WriteUInt16(family.Afi);
                writer.WriteByte(family.Safi);
                writer.WriteByte(mode);
            }
        }
    }

    /// <summary>RFC 8654 §3: the sender takes messages of up to 65535 octets.</summary>
    public sealed record ExtendedMessage : Capability
    {
        protected override byte Code => ExtendedMessageCode;
    }

    /// <summary>RFC 7313 §3.1: the sender marks where the answer to a route refresh begins and ends.</summary>
    public sealed record EnhancedRefresh : Capability
    {
        protected override byte Code => EnhancedRefreshCode;
    }

    /// <summary>RFC 9234 §4.1: what the sender is to the receiver.</summary>
    public sealed record Role(BgpRole Value) : Capability
    {
        protected override byte Code => RoleCode;

        protected override void EncodeValue(ref BgpWriter writer) => writer.WriteByte((byte)Value);
    }

    /// <summary>RFC 9494 §3: for each family AFI (2), SAFI (1), flags (1), stale time in seconds (3).</summary>
    public sealed record LongLived(ValueArray<LongLivedFamily> Families) : Capability
    {
        protected override byte Code => LongLivedCode;

        protected override void EncodeValue(ref BgpWriter writer)
        {
            foreach (var (family, preserved, staleTime) in Families)
            {
                var seconds = (int)Math.Clamp(staleTime.TotalSeconds, 0, 0xffffff);
                writer.WriteUInt16(family.Afi);
                writer.WriteByte(family.Safi);
                writer.WriteByte((byte)(preserved ? 0x80 : 0));
                writer.WriteByte((byte)(seconds >> 16));
                writer.WriteUInt16((ushort)seconds);
            }
        }
    }

    /// <summary>To be ignored (RFC 5492 §3), kept so that it can be shown.</summary>
    public sealed record Unknown : Capability
    {
        private readonly byte _code;

        public Unknown(byte code, ValueArray<byte> value) => (_code, Value) = (code, value);

        public ValueArray<byte> Value { get; }

        protected override byte Code => _code;

        protected override void EncodeValue(ref BgpWriter writer) => writer.Write(Value.AsSpan());
    }
}

/// <param name="Family">Graceful restart covers this family.</param>
/// <param name="ForwardingPreserved">F: the sender still forwards along the routes it had before it restarted.</param>
internal sealed record PreservedFamily(Family Family, bool ForwardingPreserved);

/// <param name="Mode">RFC 7911 §4: 1 the sender can receive several paths, 2 send, 3 both; anything else is to be ignored.</param>
internal sealed record AddPathFamily(Family Family, byte Mode)
{
    public AddPathMode Can => Mode <= (byte)AddPathMode.Both ? (AddPathMode)Mode : AddPathMode.None;
}

/// <param name="ForwardingPreserved">F: the sender still forwards along the routes it had.</param>
/// <param name="StaleTime">How long its routes may be kept once the restart time is over.</param>
internal sealed record LongLivedFamily(Family Family, bool ForwardingPreserved, TimeSpan StaleTime)
{
    /// <summary>In octets on the wire.</summary>
    public const int Length = 7;
}

/// <summary>Routes of a family may have next hops of another (RFC 8950).</summary>
internal sealed record ExtendedNextHopFamily(ushort Afi, ushort Safi, ushort NextHopAfi)
{
    /// <summary>In octets on the wire.</summary>
    public const int Length = 6;

    /// <summary>IPv4 routes by IPv6 next hops: the one that we can use.</summary>
    public static readonly ExtendedNextHopFamily IPv4ByIPv6 = new(1, 1, 2);
}
