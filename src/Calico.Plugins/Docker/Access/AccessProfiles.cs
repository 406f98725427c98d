using System.Collections.Concurrent;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;

namespace Calico.Plugins.Docker.Access;

/// <summary>Removes profiles of labels that no endpoint has any more.</summary>
/// <remarks>Those of containers that ended here, and once all there are, for a node that was away missed some.</remarks>
internal sealed class AccessProfiles(ResourceStore resources)
{
    private readonly ConcurrentDictionary<string, bool> _left = new(); // names of profiles that an endpoint had
    private bool _hasListed;

    /// <summary>An endpoint with these profiles is gone.</summary>
    public void Left(IEnumerable<string> profiles)
    {
        foreach (var profile in profiles.Where(IsOfLabels))
            _left[profile] = true;
    }

    public async Task SweepAsync(CancellationToken cancellation)
    {
        if (!_hasListed)
        {
            Left((await resources.ListAsync<ProfileSpec>(Kinds.Profile, cancellation)).Items.Select(profile => profile.Name));
            _hasListed = true;
        }

        foreach (var name in _left.Keys)
        {
            if (await resources.GetAsync<ProfileSpec>(new(Kinds.Profile, Namespace: null, name), cancellation) is { } profile)
                await ProfileUse.RemoveUnusedAsync(resources, profile, cancellation);
            _left.TryRemove(name, out _);
        }
    }

    private static bool IsOfLabels(string profile) => profile.StartsWith(AccessProfile.Prefix, StringComparison.Ordinal);
}
