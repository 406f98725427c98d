namespace Calico.Netlink.Nftables;

/// <summary>What an <see cref="NftMonitor"/> hears.</summary>
public abstract record NftEvent
{
    private NftEvent()
    {
    }

    /// <summary>Somebody's changes have taken effect, one batch of them.</summary>
    /// <param name="Generation">The ruleset's number from now on.</param>
    /// <param name="Port">Whose: the <see cref="NftSocket.Port"/> of the socket they came by.</param>
    /// <param name="ProcessName">Whose, as <c>ps</c> has it, such as <c>iptables</c> or <c>nft</c>.</param>
    /// <param name="Tables">The tables that something was changed in.</param>
    public sealed record Committed(uint Generation, uint Port, string ProcessName, IReadOnlySet<Table> Tables) : NftEvent;

    /// <summary>Changes came faster than they were read and some are lost: read again.</summary>
    public sealed record Overflow : NftEvent;
}
