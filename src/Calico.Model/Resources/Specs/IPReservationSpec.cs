using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>Addresses that are given to nobody who does not ask for them by name.</summary>
public sealed record IPReservationSpec
{
    /// <summary>Addresses and prefixes, IPv4 and IPv6, of any pool or none.</summary>
    [JsonPropertyName("reservedCIDRs")]
    public ValueList<IPNetwork>? ReservedCidrs { get; init; }
}
