using System.Text;
using Calico.Model.Resources;

namespace Calico.Model.Validation;

/// <summary>What is wrong with one field of a resource.</summary>
/// <param name="Path">From the resource down, such as <c>spec.ingress[0].source.selector</c>; empty: the resource as a whole.</param>
/// <param name="Value">What stands there, as text; null where nothing does or where it says nothing.</param>
/// <param name="Reason">What is wrong and what would be right.</param>
public sealed record FieldError(string Path, string? Value, string Reason)
{
    /// <summary>True of what Calico allows and this version cannot do yet; the resource is refused all the same, never half obeyed.</summary>
    public bool IsUnsupported { get; init; }

    /// <summary>The error alone, for a line that starts with its place: <c>spec.cidr: too small: '10.0.0.0/30'</c>.</summary>
    public override string ToString() =>
        new StringBuilder(Path).Append(Path.Length == 0 ? "" : ": ").Append(Reason).Append(Value is null ? "" : $": '{Value}'").ToString();
}

public static class FieldErrors
{
    /// <summary>The errors in Calico's words: one as <c>error with field F = 'v' (Reason: …)</c>, several as a list.</summary>
    public static string Describe(this IReadOnlyList<FieldError> errors) => errors switch
    {
        [var only] => $"error with field {Subject(only)} (Reason: {only.Reason})",
        _ => "error with the following fields:" + string.Concat(errors.Select(error => $"\n-  {Subject(error)} ({error.Reason})")),
    };

    private static string Subject(FieldError error)
    {
        var path = error.Path.Length == 0 ? "document" : error.Path;
        return error.Value is null ? path : $"{path} = '{error.Value}'";
    }
}

/// <summary>A resource as far as it could be read, or what keeps it from being read.</summary>
/// <param name="Resource">Null if there are errors.</param>
/// <param name="Errors">In the order of the document.</param>
public sealed record ReadResource(IResource? Resource, IReadOnlyList<FieldError> Errors);
