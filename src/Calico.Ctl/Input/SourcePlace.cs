using Calico.Model.Validation;

namespace Calico.Ctl.Input;

/// <summary>Where a resource stands in what the user gave: the file, and the line of each of its fields.</summary>
/// <param name="file">As the user named it.</param>
/// <param name="prefix">The resource's own path in its document: empty, or <c>items[2]</c> of a list.</param>
/// <param name="lines">Of the document's paths, such as <c>items[2].spec.cidr</c>; the first line is 1.</param>
internal sealed class SourcePlace(string file, string prefix, IReadOnlyDictionary<string, int> lines)
{
    /// <summary>As compilers print it, one error a line: <c>policy.yaml:12: spec.selector: …</c>.</summary>
    public string Locate(FieldError error) => $"{file}:{LineOf(error.Path)}: {error}";

    public string Locate(string message) => $"{file}:{LineOf("")}: {message}";

    /// <summary>Where a part of the resource stands: <c>policy.yaml:12</c>.</summary>
    public string Of(string path) => $"{file}:{LineOf(path)}";

    /// <summary>Of the field, or where it is missing of the nearest part around it.</summary>
    private int LineOf(string path)
    {
        var full = (prefix.Length, path.Length) switch
        {
            (0, _) => path,
            (_, 0) => prefix,
            _ => $"{prefix}.{path}",
        };
        while (!lines.ContainsKey(full) && full.Length > 0)
            full = full[..Math.Max(0, full.LastIndexOfAny(['.', '[']))];
        return lines.GetValueOrDefault(full, 1);
    }
}
