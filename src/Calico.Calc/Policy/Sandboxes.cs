using Calico.Model.Resources;

namespace Calico.Calc.Policy;

/// <summary>Which endpoints are one container's.</summary>
/// <param name="touch">Called with those whose container has one more endpoint, or one less, or one that has changed.</param>
internal sealed class Sandboxes(Action<ResourceId> touch)
{
    private readonly Dictionary<ResourceId, string> _sandboxes = [];
    private readonly Dictionary<string, HashSet<ResourceId>> _endpoints = [];

    /// <param name="sandbox">Null: none, or the endpoint is gone.</param>
    public void Set(ResourceId id, string? sandbox)
    {
        if (_sandboxes.Remove(id, out var before))
        {
            _endpoints[before].Remove(id);
            Touch(before);
        }

        if (sandbox is null)
            return;

        _sandboxes[id] = sandbox;
        if (!_endpoints.TryGetValue(sandbox, out var endpoints))
            _endpoints[sandbox] = endpoints = [];
        endpoints.Add(id);
        Touch(sandbox);
    }

    /// <summary>The container's other endpoints, in the order of their names.</summary>
    public IEnumerable<ResourceId> Others(ResourceId id) => _sandboxes.TryGetValue(id, out var sandbox)
        ? _endpoints[sandbox].Where(other => other != id).OrderBy(other => other.Name, StringComparer.Ordinal)
        : [];

    private void Touch(string sandbox)
    {
        foreach (var id in _endpoints[sandbox])
            touch(id);
        if (_endpoints[sandbox].Count == 0)
            _endpoints.Remove(sandbox);
    }
}
