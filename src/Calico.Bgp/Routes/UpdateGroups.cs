namespace Calico.Bgp.Routes;

/// <summary>Which peers are told the same, and so share an <see cref="Exporter"/>.</summary>
internal sealed class UpdateGroups
{
    private readonly Dictionary<object, (Exporter Exporter, int Members)> _groups = [];

    /// <summary>To be ended by <see cref="Leave"/>.</summary>
    public Exporter Join(ExportRules rules)
    {
        var (exporter, members) = _groups.GetValueOrDefault(rules.Group);
        exporter ??= new Exporter(rules);
        _groups[rules.Group] = (exporter, members + 1);
        return exporter;
    }

    public void Leave(Exporter exporter)
    {
        var members = _groups[exporter.Group].Members - 1;
        _groups[exporter.Group] = (exporter, members);
        if (members > 0)
            return;

        exporter.IsRetired = true;
        _groups.Remove(exporter.Group);
    }
}
