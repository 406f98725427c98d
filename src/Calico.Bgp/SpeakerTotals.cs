namespace Calico.Bgp;

/// <summary>How much a speaker holds.</summary>
/// <param name="Prefixes">To which there is a path of any kind.</param>
/// <param name="AttributeSets">Different ones among the paths, some that are no longer used included.</param>
public sealed record SpeakerTotals(int Prefixes, int Paths, int AttributeSets);
