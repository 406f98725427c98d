using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>Labels that Calico itself gives to endpoints and sets, which selectors rely on (libcalico-go's syncer).</summary>
internal static class SpecialLabels
{
    public const string Namespace = "projectcalico.org/namespace";

    public const string Orchestrator = "projectcalico.org/orchestrator";

    public const string ServiceAccount = "projectcalico.org/serviceaccount";

    /// <summary>Prefix of labels that stand for those of the namespace; only a profile may give them.</summary>
    public const string OfNamespace = "pcns.";

    /// <summary>Prefix of labels that stand for those of the service account; only a profile may give them.</summary>
    public const string OfServiceAccount = "pcsa.";

    /// <summary>The profile that carries a namespace's labels.</summary>
    public static string NamespaceProfile(string ns) => "kns." + ns;

    public static Labels Of(Metadata metadata, WorkloadEndpointSpec endpoint)
    {
        var labels = Of(metadata);
        if (endpoint.Orchestrator is { } orchestrator)
            labels = labels.With(Orchestrator, orchestrator);
        return string.IsNullOrEmpty(endpoint.ServiceAccountName) ? labels : labels.With(ServiceAccount, endpoint.ServiceAccountName);
    }

    public static Labels Of(Metadata metadata)
    {
        var labels = new Labels((metadata.Labels ?? Labels.Empty).Where(label =>
            !label.Key.StartsWith(OfNamespace, StringComparison.Ordinal) && !label.Key.StartsWith(OfServiceAccount, StringComparison.Ordinal)));
        return metadata.Namespace is { } ns ? labels.With(Namespace, ns) : labels;
    }
}
