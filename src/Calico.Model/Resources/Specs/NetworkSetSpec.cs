using System.Net;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Of NetworkSet and GlobalNetworkSet: addresses that selectors match by the set's labels.</summary>
public sealed record NetworkSetSpec
{
    public ValueList<IPNetwork>? Nets { get; init; }
}
