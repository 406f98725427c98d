using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFT_MSG_NEWGEN: the answer to NFT_MSG_GETGEN, and what closes the notices of a commit.</summary>
internal sealed record GenerationMessage(uint Id, string ProcessName)
{
    private const ushort IdPart = 1, NamePart = 3; // NFTA_GEN_ID, _PROC_NAME

    public static GenerationMessage Decode(ReadOnlySpan<byte> body)
    {
        MessageReader.ReadFixed<NftMessage.NfGen>(body, out var attributes);
        var generation = new GenerationMessage(0, "");
        while (attributes.Next())
        {
            generation = attributes.Type switch
            {
                IdPart => generation with { Id = attributes.ReadUInt32BigEndian() },
                NamePart => generation with { ProcessName = attributes.ReadString() },
                _ => generation,
            };
        }

        return generation;
    }
}
