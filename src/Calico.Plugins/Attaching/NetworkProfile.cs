using Calico.Datastore.Resources;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Plugins.Attaching;

/// <summary>The profile of a network: its workloads reach each other and the world, those of other networks do not reach them.</summary>
/// <remarks>
/// Made with the network's first endpoint and removed with the network; in between it is the user's to change. A sender without
/// the label (a host, a machine behind a router) is let in, for plain routing is what Calico is for; a policy closes that.
/// </remarks>
internal static class NetworkProfile
{
    public static string Name(string network) => NetworkNames.ToResourceName(network);

    public static Resource<ProfileSpec> Of(string network)
    {
        var name = Name(network);
        return new(Kinds.Profile, new Metadata { Name = name }, new ProfileSpec
        {
            LabelsToApply = Labels.Empty.With(NetworkNames.NetworkLabel, name),
            Ingress =
            [
                From(RuleAction.Allow, $"{NetworkNames.NetworkLabel} == '{name}'"),
                From(RuleAction.Deny, $"has({NetworkNames.NetworkLabel})"),
                new Rule { Action = RuleAction.Allow },
            ],
            Egress = [new Rule { Action = RuleAction.Allow }],
        });
    }

    /// <summary>Makes the profile if there is none; leaves the one there is as it is.</summary>
    public static async Task EnsureAsync(ResourceStore resources, string network, CancellationToken cancellation)
    {
        var profile = Of(network);
        if (await resources.GetAsync(ResourceId.Of(profile), cancellation) is not null)
            return;

        var outcome = await resources.CreateAsync(profile, cancellation);
        if (outcome.Status != WriteStatus.AlreadyExists)
            outcome.OrThrow();
    }

    /// <summary>Removes the profile unless an endpoint of any host has it.</summary>
    public static async Task RemoveUnusedAsync(ResourceStore resources, string network, CancellationToken cancellation)
    {
        if (await IsUsedAsync(resources, network, cancellation))
            return;

        await resources.DeleteAsync(ResourceId.Of(Of(network)), resourceVersion: null, cancellation);
        // An endpoint written in between has seen the profile and does not make it again; its writer looks after writing.
        if (await IsUsedAsync(resources, network, cancellation))
            await EnsureAsync(resources, network, cancellation);
    }

    private static async Task<bool> IsUsedAsync(ResourceStore resources, string network, CancellationToken cancellation)
    {
        var endpoints = await resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation);
        return endpoints.Items.Any(endpoint => endpoint.Spec.Profiles?.Contains(Name(network)) == true);
    }

    private static Rule From(RuleAction action, string selector) => new() { Action = action, Source = new EntityRule { Selector = selector } };
}
