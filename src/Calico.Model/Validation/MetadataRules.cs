using System.Text;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Validation;

/// <summary>Names, namespaces, labels and annotations.</summary>
internal static class MetadataRules
{
    private const int MaxAnnotationBytes = 256 * 1024;

    public static void Check(IResource resource, Findings findings)
    {
        var metadata = resource.Metadata;
        CheckName(resource.Kind, metadata.Name, findings);
        CheckNamespace(resource.Kind, metadata.Namespace, findings);
        CheckLabels("metadata.labels", metadata.Labels, findings);
        CheckAnnotations("metadata.annotations", metadata.Annotations, findings);
    }

    public static void CheckLabels(string path, Labels? labels, Findings findings)
    {
        foreach (var (key, value) in labels ?? Labels.Empty)
        {
            findings.WrongIf(!NameRules.IsQualifiedName(key), $"{path}.{key}", value: null, "is not a label's name, such as app or example.com/app");
            findings.WrongIf(
                !NameRules.IsLabelValue(value), $"{path}.{key}", value, "must be at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends");
        }
    }

    public static void CheckAnnotations(string path, Labels? annotations, Findings findings)
    {
        var bytes = 0;
        foreach (var (key, value) in annotations ?? Labels.Empty)
        {
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
            var isName = NameRules.IsQualifiedName(key.ToLowerInvariant());
            findings.WrongIf(!isName, $"{path}.{key}", value: null, "is not an annotation's name, such as note or example.com/note");
        }

        findings.WrongIf(bytes > MaxAnnotationBytes, path, value: null, $"all annotations together must be at most {MaxAnnotationBytes} bytes");
    }

    private static void CheckName(ResourceKind kind, string name, Findings findings)
    {
        if (name.Length == 0)
        {
            findings.Wrong("metadata.name", value: null, "is required");
            return;
        }

        if (kind == Kinds.Tier)
            findings.WrongIf(!NameRules.IsDnsLabel(name), "metadata.name", name, "must be at most 63 lower-case letters, digits and '-'");
        else if (kind.SpecType == typeof(PolicySpec))
            findings.WrongIf(
                !NameRules.IsPolicyName(name, kind.IsNamespaced), "metadata.name", name, $"{NameRules.SubdomainReason}, with at most one '.'");
        else
            findings.WrongIf(!NameRules.IsSubdomain(name), "metadata.name", name, $"{NameRules.SubdomainReason}, 253 characters at most");
    }

    private static void CheckNamespace(ResourceKind kind, string? ns, Findings findings)
    {
        if (!kind.IsNamespaced)
            findings.WrongIf(!string.IsNullOrEmpty(ns), "metadata.namespace", ns, $"{kind} is not namespaced");
        else if (string.IsNullOrEmpty(ns))
            findings.Wrong("metadata.namespace", value: null, $"is required: {kind} is namespaced");
        else
            findings.WrongIf(!NameRules.IsSubdomain(ns), "metadata.namespace", ns, NameRules.SubdomainReason);
    }
}
