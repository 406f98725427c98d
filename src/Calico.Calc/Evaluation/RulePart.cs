namespace Calico.Calc.Evaluation;

/// <summary>The part of a rule that keeps it from matching a packet.</summary>
public enum RulePart
{
    /// <summary>Nothing does: the rule matches.</summary>
    None,
    IpVersion,
    Protocol,
    NotProtocol,
    Icmp,
    NotIcmp,

    /// <summary>The parts of the source follow, in the order in which they are looked at.</summary>
    Source,
    SourceNets,
    SourceNotNets,
    SourceSelector,
    SourceNotSelector,
    SourcePorts,
    SourceNotPorts,

    /// <summary>The parts of the destination follow, in the same order.</summary>
    Destination,
    DestinationNets,
    DestinationNotNets,
    DestinationSelector,
    DestinationNotSelector,
    DestinationPorts,
    DestinationNotPorts,
}
