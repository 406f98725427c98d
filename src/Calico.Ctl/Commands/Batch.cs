using Calico.Ctl.Input;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary>What became of each of several resources, told as Calico tells it: successes on standard output, errors on standard error.</summary>
/// <param name="verb">In the infinitive: <c>create</c>.</param>
/// <param name="past">What was done: <c>created</c>.</param>
internal sealed class Batch(string verb, string past)
{
    private readonly List<ResourceKind> _kinds = [];
    private readonly List<string> _errors = [];
    private int _done;
    private int _skipped;

    public void Done(ResourceKind kind) => (_done, _) = (_done + 1, Count(kind));

    /// <summary>It was so already, and the user said that this is no error.</summary>
    public void Skipped(ResourceKind kind) => (_skipped, _) = (_skipped + 1, Count(kind));

    public void Failed(ResourceKind kind, params IEnumerable<string> errors)
    {
        Count(kind);
        _errors.AddRange(errors);
    }

    /// <summary>Does the same to each, going on after an error.</summary>
    /// <param name="found">The resources.</param>
    /// <param name="act">Null: done; otherwise the errors, of which none means that it was skipped.</param>
    public async Task ForEachAsync(IEnumerable<ManifestResource> found, Func<ManifestResource, Task<IReadOnlyList<string>?>> act)
    {
        foreach (var item in found)
        {
            var kind = item.Resource.Kind;
            switch (await act(item))
            {
                case null:
                    Done(kind);
                    break;
                case { Count: 0 }:
                    Skipped(kind);
                    break;
                case var errors:
                    Failed(kind, errors);
                    break;
            }
        }
    }

    /// <returns>The exit status.</returns>
    public int Report(Terminal terminal)
    {
        var what = _kinds.Distinct().Count() == 1 ? $"'{_kinds[0]}' " : "";
        var skipped = _skipped == 0 ? "" : $" (skipped {_skipped})";
        if (_kinds.Count == 0)
            terminal.Out.WriteLine("No resources specified");
        else if (_errors.Count == 0)
            terminal.Out.WriteLine($"Successfully {past} {_done} {what}resource(s){skipped}");
        else if (_done > 0)
            terminal.Out.WriteLine($"Partial success: {past} {_done} out of {_kinds.Count} {what}resources{skipped}");

        if (_errors.Count == 0)
            return 0;

        var errors = $"[{string.Join('\n', _errors)}]";
        terminal.Error.WriteLine((_done, _kinds.Count, what) switch
        {
            ( > 0, _, _) => $"hit error: {errors}",
            (_, 1, _) => $"failed to {verb} {what}resource: {errors}",
            _ => $"failed to {verb} any {what}resources: {errors}",
        });
        return 1;
    }

    private int Count(ResourceKind kind)
    {
        _kinds.Add(kind);
        return _kinds.Count;
    }
}
