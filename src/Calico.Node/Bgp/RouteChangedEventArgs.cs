using Calico.Bgp;

namespace Calico.Node.Bgp;

/// <summary>What <see cref="SpeakerLoop.RouteChanged"/> tells.</summary>
internal sealed class RouteChangedEventArgs(RouteChange change) : EventArgs
{
    public RouteChange Change => change;
}
