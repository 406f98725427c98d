using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Ctl.Output;

/// <summary>One column of a kind's table.</summary>
/// <param name="Heading">Upper case, as custom-columns names it.</param>
/// <param name="IsBrief">Shown without <c>-o wide</c> too.</param>
/// <param name="Cell">Of one resource, with what the cluster says where the resource says nothing.</param>
internal sealed record Column(string Heading, bool IsBrief, Func<IResource, ClusterDefaults, string> Cell)
{
    /// <summary>Shown by <c>-o wide</c>; where a kind's wide table leaves a brief column out, false.</summary>
    public bool IsWide { get; init; } = true;

    public static Column Brief<TSpec>(string heading, Func<TSpec, string?> cell)
        where TSpec : class => new(heading, IsBrief: true, (resource, _) => cell((TSpec)resource.Spec) ?? "");

    public static Column Wide<TSpec>(string heading, Func<TSpec, string?> cell)
        where TSpec : class => new(heading, IsBrief: false, (resource, _) => cell((TSpec)resource.Spec) ?? "");

    public static Column Wide<TSpec>(string heading, Func<TSpec, ClusterDefaults, string> cell)
        where TSpec : class => new(heading, IsBrief: false, (resource, defaults) => cell((TSpec)resource.Spec, defaults));
}

/// <summary>What the cluster's configuration says for all nodes.</summary>
internal sealed record ClusterDefaults(AsNumber AsNumber)
{
    public static readonly ClusterDefaults None = new(AsNumber.Default);

    public static ClusterDefaults Of(BgpConfigurationSpec? configuration) => new(configuration?.AsNumber ?? AsNumber.Default);
}
