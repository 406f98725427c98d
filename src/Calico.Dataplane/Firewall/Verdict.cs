namespace Calico.Dataplane.Firewall;

/// <summary>What a rule does with a packet that it matches. Printed much as nft(8) prints it.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Ends this base chain; those of later hooks and priorities still see the packet.</summary>
    internal sealed record Accept : Verdict
    {
        public override string ToString() => "accept";
    }

    internal sealed record Drop : Verdict
    {
        public override string ToString() => "drop";
    }

    internal sealed record Return : Verdict
    {
        public override string ToString() => "return";
    }

    /// <summary>Goes through the chain and, if that decides nothing, comes back.</summary>
    internal sealed record Jump(string Chain) : Verdict
    {
        public override string ToString() => $"jump {Chain}";
    }

    /// <summary>To the chain that the interface's element says; on, if it has none.</summary>
    internal sealed record Dispatch(Direction Direction, string Map) : Verdict
    {
        public override string ToString() => $"{(Direction == Direction.In ? "iifname" : "oifname")} vmap @{Map}";
    }

    internal sealed record Masquerade : Verdict
    {
        public override string ToString() => "masquerade";
    }

    /// <summary>Logs the packet to the kernel's log group and goes on with the next rule.</summary>
    internal sealed record Log(string Prefix) : Verdict
    {
        public override string ToString() => $"log prefix \"{Prefix}\"";
    }
}
