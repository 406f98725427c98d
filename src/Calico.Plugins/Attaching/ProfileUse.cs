using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Plugins.Attaching;

/// <summary>Profiles that come with the first endpoint that needs them and go with the last; in between they are the user's to change.</summary>
internal static class ProfileUse
{
    /// <summary>Makes the profile if there is none; leaves the one there is as it is.</summary>
    public static async Task EnsureAsync(ResourceStore resources, Resource<ProfileSpec> profile, CancellationToken cancellation)
    {
        if (await resources.GetAsync(ResourceId.Of(profile), cancellation) is not null)
            return;

        var outcome = await resources.CreateAsync(profile, cancellation);
        if (outcome.Status != WriteStatus.AlreadyExists)
            outcome.OrThrow();
    }

    /// <summary>Removes the profile unless an endpoint of any host has it.</summary>
    public static async Task RemoveUnusedAsync(ResourceStore resources, Resource<ProfileSpec> profile, CancellationToken cancellation)
    {
        if (await IsUsedAsync(resources, profile.Name, cancellation))
            return;

        await resources.DeleteAsync(ResourceId.Of(profile), resourceVersion: null, cancellation);
        // An endpoint written in between has seen the profile and does not make it again; its writer looks after writing.
        if (await IsUsedAsync(resources, profile.Name, cancellation))
            await EnsureAsync(resources, profile with { Metadata = new Metadata { Name = profile.Name } }, cancellation);
    }

    private static async Task<bool> IsUsedAsync(ResourceStore resources, string name, CancellationToken cancellation)
    {
        var endpoints = await resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation);
        return endpoints.Items.Any(endpoint => endpoint.Spec.Profiles?.Contains(name) == true);
    }
}
