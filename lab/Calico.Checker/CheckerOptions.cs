namespace Calico.Checker;

/// <summary>What is to be checked, and how hard.</summary>
public sealed record CheckerOptions
{
    /// <summary>Etcd with three members; false: the embedded store.</summary>
    public required bool IsEtcd { get; init; }

    /// <summary>How long clients work and things go wrong.</summary>
    public required TimeSpan Time { get; init; }

    public int Clients { get; init; } = 4;

    public int Watchers { get; init; } = 2;

    /// <summary>What goes wrong when.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Hears of everything that is broken.</summary>
    public Action<string> Say { get; init; } = _ => { };
}

/// <param name="Faults">What no store that keeps its promises can have done, in words.</param>
/// <param name="Operations">That clients began.</param>
/// <param name="Done">That were acknowledged.</param>
/// <param name="Told">Changes that watchers were told of.</param>
/// <param name="Broken">What went wrong on purpose.</param>
public sealed record CheckerResult(IReadOnlyList<string> Faults, int Operations, int Done, int Told, IReadOnlyList<string> Broken);
