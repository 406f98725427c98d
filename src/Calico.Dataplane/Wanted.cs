using System.Net;
using Calico.Model.Hosts;

namespace Calico.Dataplane;

/// <summary>All that a round is to bring about.</summary>
/// <param name="Host">From a complete snapshot of the store.</param>
/// <param name="Learned">What BGP says.</param>
/// <param name="IsRestartComplete">False: peers may not have told all yet, so a learned route of before stays even if none of them names it.</param>
internal sealed record Wanted(HostState Host, IReadOnlyDictionary<IPNetwork, LearnedRoute> Learned, bool IsRestartComplete);
