namespace Calico.Model.Validation;

/// <summary>Collects what a check finds, all of it rather than the first.</summary>
internal sealed class Findings
{
    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> Errors => _errors;

    public void Wrong(string path, object? value, string reason) => _errors.Add(new(path, value?.ToString(), reason));

    /// <summary>Something that Calico knows and this version does not act on.</summary>
    public void Unsupported(string path, object? value, string reason) =>
        _errors.Add(new(path, value?.ToString(), reason) { IsUnsupported = true });

    public void WrongIf(bool isWrong, string path, object? value, string reason)
    {
        if (isWrong)
            Wrong(path, value, reason);
    }

    public void UnsupportedIf(bool isUnsupported, string path, object? value, string reason)
    {
        if (isUnsupported)
            Unsupported(path, value, reason);
    }
}
