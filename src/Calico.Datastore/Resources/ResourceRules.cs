using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Datastore.Resources;

/// <summary>What every write fills in and what it insists on (libcalico-go clientv3/resources.go).</summary>
internal static class ResourceRules
{
    public const string NamespaceLabel = "projectcalico.org/namespace";
    public const string OrchestratorLabel = "projectcalico.org/orchestrator";

    /// <summary>The resource made complete.</summary>
    /// <exception cref="FormatException">It cannot be stored; the message names the field.</exception>
    public static IResource Complete(IResource resource)
    {
        if (resource.Spec is WorkloadEndpointSpec endpoint)
            resource = CompleteEndpoint(resource, endpoint);

        var metadata = resource.Metadata;
        if (metadata.Name.Length == 0)
            throw new FormatException("error with field Metadata.Name = '' (field must be set)");
        if (metadata.Name.Contains('/', StringComparison.Ordinal) || metadata.Namespace?.Contains('/', StringComparison.Ordinal) == true)
            throw new FormatException($"error with field Metadata.Name = '{metadata.Name}' (a name has no '/')");
        if (resource.Kind.IsNamespaced && string.IsNullOrEmpty(metadata.Namespace))
            throw new FormatException("error with field Metadata.Namespace = '' (field must be set)");
        if (!resource.Kind.IsNamespaced && !string.IsNullOrEmpty(metadata.Namespace))
            throw new FormatException($"error with field Metadata.Namespace = '{metadata.Namespace}' (a {resource.Kind} has no namespace)");

        return resource;
    }

    private static IResource CompleteEndpoint(IResource resource, WorkloadEndpointSpec endpoint)
    {
        var name = WorkloadEndpointName.Of(endpoint);
        var metadata = resource.Metadata;
        if (metadata.Name.Length > 0 && metadata.Name != name)
            throw new FormatException($"error with field Metadata.Name = '{metadata.Name}' (by its identifiers the endpoint's name is '{name}')");

        var labels = (metadata.Labels ?? Labels.Empty)
            .With(NamespaceLabel, metadata.Namespace ?? "")
            .With(OrchestratorLabel, endpoint.Orchestrator ?? "");
        return resource.WithMetadata(metadata with { Name = name, Labels = labels });
    }
}
