namespace Calico.Dataplane.FastPath;

/// <summary>The program's stack, in octets from its end down.</summary>
internal static class StackFrame
{
    /// <summary>A flow's key.</summary>
    public const int Key = -40;

    /// <summary>Options of a look-up of connections (struct bpf_ct_opts).</summary>
    public const int Options = -56;

    /// <summary>A flow that is being learned.</summary>
    public const int NewFlow = -104;

    /// <summary>A look-up of a route (struct bpf_fib_lookup).</summary>
    public const int Route = -168;

    /// <summary>An address, as <see cref="FlowMaps.Workloads"/> knows addresses.</summary>
    public const int Address = -184;

    /// <summary>An interface's index.</summary>
    public const int Interface = -192;

    /// <summary>Where the packet's octets are.</summary>
    public const int Packet = -200;
}
