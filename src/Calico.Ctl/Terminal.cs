using Calico.Ctl.NodeProcess;

namespace Calico.Ctl;

/// <summary>Where a command reads and prints; no command needs it to be a terminal.</summary>
internal sealed record Terminal(TextWriter Out, TextWriter Error, TextReader In, TimeProvider Time)
{
    /// <summary>The host's calico-node.</summary>
    public StatusSocket Node { get; init; } = StatusSocket.OfHost();

    public static Terminal OfProcess() => new(Console.Out, Console.Error, Console.In, TimeProvider.System);
}
