using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Asks the routing table about the packet's addresses.</summary>
/// <remarks>NFTA_FIB_DREG, _RESULT, _FLAGS.</remarks>
public sealed record Fib(FibFlags Flags, FibResult Result) : Load
{
    internal const string KernelName = "fib";

    private const ushort DestinationPart = 1, ResultPart = 2, FlagsPart = 3; // NFTA_FIB_*

    /// <summary>1 when the way back to the packet's source leads out of the link it came in by, else 0 (nft: <c>fib saddr . iif oif exists</c>).</summary>
    public static Fib ReversePathExists => new(FibFlags.Source | FibFlags.InterfaceIn | FibFlags.Presence, FibResult.Interface);

    /// <summary>What kind of address the destination is, an RTN_* number in host order: 1 unicast, 2 local, 3 broadcast, 5 multicast.</summary>
    public static Fib DestinationKind => new(FibFlags.Destination, FibResult.AddressKind);

    internal override string Name => KernelName;

    internal override int Size => Result == FibResult.InterfaceName ? 16 : 4;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(FlagsPart, (uint)Flags);
        message.PutBigEndian(ResultPart, (uint)Result);
        message.PutBigEndian(DestinationPart, Destination.Number);
    }

    internal static Fib DecodeBody(AttributeReader body)
    {
        var fib = new Fib(default, default);
        while (body.Next())
        {
            fib = body.Type switch
            {
                DestinationPart => fib with { Destination = Register.FromNumber(body.ReadUInt32BigEndian()) },
                ResultPart => fib with { Result = (FibResult)body.ReadUInt32BigEndian() },
                FlagsPart => fib with { Flags = (FibFlags)body.ReadUInt32BigEndian() },
                _ => fib,
            };
        }

        return fib;
    }
}

/// <summary>What goes into the question (NFTA_FIB_F_*).</summary>
[Flags]
public enum FibFlags : uint
{
    None = 0,
    Source = 1,
    Destination = 2,
    Mark = 4,

    /// <summary>Only routes by the link it came in by.</summary>
    InterfaceIn = 8,
    InterfaceOut = 16,

    /// <summary>Answer only whether there is one: 1 or 0.</summary>
    Presence = 32,
}

/// <summary>What is wanted of the answer (NFT_FIB_RESULT_*).</summary>
public enum FibResult : uint
{
    Interface = 1,
    InterfaceName = 2,
    AddressKind = 3,
}
