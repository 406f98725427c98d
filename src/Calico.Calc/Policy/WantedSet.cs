using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>What an active rule looks into: the addresses behind a selector or, with a name, the ports of that name behind it.</summary>
/// <param name="Selector">Of endpoints and network sets.</param>
/// <param name="Protocol">Of the named port.</param>
/// <param name="PortName">Null: addresses.</param>
internal sealed record WantedSet(Selector Selector, Protocol Protocol = default, string? PortName = null)
{
    public string Id { get; } = PortName is null ? Selector.Id : PortSetId.Of(Selector, Protocol, PortName);
}
