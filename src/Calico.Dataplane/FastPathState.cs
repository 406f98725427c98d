namespace Calico.Dataplane;

/// <summary>Whether packets of known connections go right to where they go.</summary>
/// <param name="Interfaces">How many interfaces they may come in by to do so; 0: all packets go the long way.</param>
/// <param name="WhyNot">Why this host cannot have it as of the last attempt, and what can be done about it; null if it has it, does not need it, or is not to have it.</param>
public sealed record FastPathState(int Interfaces, string? WhyNot)
{
    public static readonly FastPathState None = new(0, null);
}
