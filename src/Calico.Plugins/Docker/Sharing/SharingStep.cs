using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Plugins.Docker.Sharing;

using SharedNetwork = Resource<DockerNetworkSpec>;

/// <summary>One step towards every host having the same networks.</summary>
internal abstract record SharingStep(string Network)
{
    /// <summary>Made here: tell the others.</summary>
    public sealed record Publish(LocalNetwork Local) : SharingStep(Local.Spec.NetworkName);

    /// <summary>Made elsewhere: make it here.</summary>
    public sealed record Create(SharedNetwork Shared) : SharingStep(Shared.Spec.NetworkName);

    /// <summary>Removed elsewhere: remove it here.</summary>
    public sealed record Remove(LocalNetwork Local) : SharingStep(Local.Spec.NetworkName);

    /// <summary>Removed here: tell the others.</summary>
    public sealed record Withdraw(SharedNetwork Shared) : SharingStep(Shared.Spec.NetworkName);

    /// <summary>The same on both sides.</summary>
    public sealed record Agree(string Network, string Uid) : SharingStep(Network);

    /// <summary>Gone on both sides.</summary>
    public sealed record Forget(string Network) : SharingStep(Network);

    /// <summary>The same name, but not the same network: left alone on both sides.</summary>
    public sealed record Conflict(string Network, string Difference) : SharingStep(Network);
}
