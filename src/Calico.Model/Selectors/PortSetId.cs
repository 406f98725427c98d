using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>The name Calico gives to the ports that a name stands for at the endpoints behind a selector (felix/calc, IPSetData).</summary>
public static class PortSetId
{
    public static string Of(Selector selector, Protocol protocol, string portName) =>
        SelectorId.Of("n", $"{selector.Id},{protocol.ToString().ToLowerInvariant()},{portName}");
}
