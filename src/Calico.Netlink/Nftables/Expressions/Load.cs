namespace Calico.Netlink.Nftables.Expressions;

/// <summary>An expression that loads a value of known size into a register.</summary>
public abstract record Load : Expression
{
    private protected Load()
    {
    }

    public Register Destination { get; init; }

    /// <summary>Bytes.</summary>
    internal abstract int Size { get; }

    /// <summary>The parts of a concatenated key, each loaded behind the one before; a lookup then reads them from the first slot on.</summary>
    public static Sequence<Expression> Concatenate(params ReadOnlySpan<Load> parts)
    {
        var placed = new Expression[parts.Length];
        var destination = default(Register);
        for (var i = 0; i < parts.Length; i++)
        {
            placed[i] = parts[i] with { Destination = destination };
            destination = destination.After(parts[i].Size);
        }

        return Sequence.Create<Expression>(placed);
    }
}
