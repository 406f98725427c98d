using Calico.Ctl.Commands;
using Calico.Ctl.Input;
using Calico.Model.Resources;
using Calico.Model.Validation;

namespace Calico.Ctl.Policy;

/// <summary>The resources that a question about policy rests on: from files, or from the store as it is.</summary>
internal sealed record PolicySources(IReadOnlyList<IResource> Resources, RulePlaces Places)
{
    private static readonly ResourceKind[] Needed =
    [
        Kinds.Node, Kinds.IPPool, Kinds.WorkloadEndpoint, Kinds.HostEndpoint, Kinds.Profile, Kinds.Tier, Kinds.NetworkPolicy, Kinds.GlobalNetworkPolicy,
        Kinds.StagedNetworkPolicy, Kinds.StagedGlobalNetworkPolicy, Kinds.NetworkSet, Kinds.GlobalNetworkSet, Kinds.FelixConfiguration,
    ];

    /// <summary>What the files hold, all of it fit to be applied.</summary>
    /// <exception cref="CommandException">A file cannot be read, or a resource in it is wrong.</exception>
    public static PolicySources OfFiles(IReadOnlyList<string> files, TextReader input)
    {
        var items = ManifestFiles.Read(files, input, recursive: true, skipEmpty: true)
            .Select(item => item with { Resource = WithNamespace(item.Resource) })
            .ToList();
        var errors = items.SelectMany(item => ResourceValidator.Validate(item.Resource).Select(item.Place.Locate)).ToList();
        return errors.Count == 0
            ? new([.. items.Select(item => item.Resource)], new(items))
            : throw new CommandException(string.Join('\n', errors));
    }

    /// <summary>The store's; what of it cannot be read is told to <paramref name="notices"/>.</summary>
    /// <param name="cluster">The store.</param>
    /// <param name="notices">For people.</param>
    /// <param name="revision">As it was then; null: as it is.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task<PolicySources> OfStoreAsync(Cluster cluster, TextWriter notices, long? revision, CancellationToken cancellation)
    {
        var resources = new List<IResource>();
        foreach (var kind in Needed)
        {
            var listing = revision is { } then
                ? await cluster.Resources.ListAtAsync(kind, then, cancellation)
                : await cluster.Resources.ListAsync(kind, ns: null, cancellation);
            resources.AddRange(listing.Items);
            foreach (var unreadable in listing.Unreadable)
                await notices.WriteLineAsync($"Notice: {unreadable.Message}");
        }

        return new(resources, new([]));
    }

    /// <summary>These and the others, which stand in the place of those of the same name.</summary>
    public PolicySources With(PolicySources others) => others with
    {
        Resources = [.. others.Resources.Concat(Resources).DistinctBy(ResourceId.Of)],
    };

    private static IResource WithNamespace(IResource resource) => resource.Kind.IsNamespaced && string.IsNullOrEmpty(resource.Metadata.Namespace)
        ? resource.WithMetadata(resource.Metadata with { Namespace = ResourceInput.DefaultNamespace })
        : resource;
}
