using Calico.Lab.Verbs;

namespace Calico.Lab.Demo;

/// <summary>One reached another: a line of the table at the end.</summary>
/// <param name="Hops">How many routers were on the way.</param>
internal sealed record Reach(string From, string To, string How, int Hops)
{
    public static string Table(IEnumerable<Reach> reached) =>
        TextTable.Of(["FROM", "TO", "BY", "ROUTED HOPS"], reached.Select(reach => (string[])[reach.From, reach.To, reach.How, $"{reach.Hops}"]));
}
