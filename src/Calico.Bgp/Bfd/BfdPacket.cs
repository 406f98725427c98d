using System.Buffers.Binary;

namespace Calico.Bgp.Bfd;

/// <summary>A BFD control packet (RFC 5880 §4.1) without authentication.</summary>
/// <remarks>
/// Version (3 bits) and diagnostic (5), state (2) and flags P F C A D M (6), detect multiplier (1), length (1), my discriminator (4),
/// your discriminator (4), desired min TX (4), required min RX (4), required min echo RX (4); intervals in microseconds.
/// </remarks>
internal sealed record BfdPacket(BfdState State, uint MyDiscriminator, uint YourDiscriminator)
{
    public const int Length = 24;

    private const int Version = 1;
    private const byte PollFlag = 0x20;
    private const byte FinalFlag = 0x10;
    private const byte AuthenticationFlag = 0x04;
    private const byte DemandFlag = 0x02;
    private const byte MultipointFlag = 0x01;

    public BfdDiagnostic Diagnostic { get; init; }

    public bool Poll { get; init; }

    public bool Final { get; init; }

    /// <summary>The sender wants no periodic packets while both are up.</summary>
    public bool Demand { get; init; }

    public byte Multiplier { get; init; }

    public TimeSpan DesiredTransmit { get; init; }

    public TimeSpan RequiredReceive { get; init; }

    /// <returns>Null of what is to be discarded (RFC 5880 §6.8.6).</returns>
    public static BfdPacket? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Length || bytes[0] >> 5 != Version || bytes[3] < Length || bytes[3] > bytes.Length)
            return null;

        var flags = bytes[1];
        var packet = new BfdPacket(
            (BfdState)(flags >> 6), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]))
        {
            Diagnostic = (BfdDiagnostic)(bytes[0] & 0x1f),
            Poll = (flags & PollFlag) != 0,
            Final = (flags & FinalFlag) != 0,
            Demand = (flags & DemandFlag) != 0,
            Multiplier = bytes[2],
            DesiredTransmit = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..])),
            RequiredReceive = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt32BigEndian(bytes[16..])),
        };
        var isBad = packet.Multiplier == 0
            || (flags & (MultipointFlag | AuthenticationFlag)) != 0
            || packet.MyDiscriminator == 0
            || (packet.YourDiscriminator == 0 && packet.State is BfdState.Init or BfdState.Up);
        return isBad ? null : packet;
    }

    /// <param name="bytes">At least <see cref="Length"/> long.</param>
    public void Encode(Span<byte> bytes)
    {
        bytes[0] = (byte)((Version << 5) | (int)Diagnostic);
        bytes[1] = (byte)(((int)State << 6) | (Poll ? PollFlag : 0) | (Final ? FinalFlag : 0) | (Demand ? DemandFlag : 0));
        bytes[2] = Multiplier;
        bytes[3] = Length;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], MyDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], YourDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], (uint)DesiredTransmit.TotalMicroseconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], (uint)RequiredReceive.TotalMicroseconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[20..], 0); // no echo
    }
}

/// <summary>RFC 5880 §4.1.</summary>
internal enum BfdState
{
    AdminDown = 0,
    Down = 1,
    Init = 2,
    Up = 3,
}

/// <summary>RFC 5880 §4.1: why the sender's session last went down.</summary>
internal enum BfdDiagnostic
{
    None = 0,
    DetectionTimeExpired = 1,
    NeighbourSignalledDown = 3,
    AdministrativelyDown = 7,
}
