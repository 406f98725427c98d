using Calico.Model.Hosts;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Dataplane.Interfaces;

/// <summary>Brings the settings of the host and of its workloads' interfaces in line.</summary>
/// <remarks>What was set once is not read again until <see cref="Distrust"/>, or until the interface is another one of the same name.</remarks>
internal sealed class InterfaceRound(LinkTable table, LinkMap links, NetworkNamespace? inside)
{
    private readonly Dictionary<string, (int Index, LocalEndpoint Endpoint)> _set = [];
    private bool _hostSet;

    public void Distrust()
    {
        _set.Clear();
        _hostSet = false;
    }

    /// <returns>What is not in line, by interface; under an empty name what concerns the host.</returns>
    public IReadOnlyDictionary<string, string> Reconcile(HostState host)
    {
        var problems = new Dictionary<string, string>();
        var writes = new List<(string Owner, string Name, string Value)>();
        if (!_hostSet || host.Endpoints.Values.Any(endpoint => !_set.ContainsKey(endpoint.Interface)))
            writes.AddRange(WorkloadInterface.HostSettings(host).Select(setting => ("", setting.Name, setting.Value)));

        foreach (var endpoint in host.Endpoints.Values)
        {
            if (links.Find(endpoint.Interface) is not { } link)
                problems[endpoint.Interface] = $"endpoint {endpoint.Id}: there is no interface {endpoint.Interface}";
            else if (!_set.TryGetValue(link.Name, out var known) || known != (link.Index, endpoint) || !link.IsUp || !WorkloadInterface.Has(link.IPv4, endpoint))
                Prepare(endpoint, link, writes, problems);
        }

        Write(writes, problems);
        Remember(host, problems);
        return problems;
    }

    private void Prepare(LocalEndpoint endpoint, Link link, List<(string, string, string)> writes, Dictionary<string, string> problems)
    {
        try
        {
            if (!link.IsUp || !WorkloadInterface.Has(link.IPv4, endpoint))
                table.Change(link.Index, new() { IsUp = true, IPv4 = WorkloadInterface.IPv4(endpoint) });
            writes.AddRange(WorkloadInterface.Settings(endpoint).Select(setting => (link.Name, setting.Name, setting.Value)));
        }
        catch (NetlinkException e)
        {
            problems[link.Name] = $"endpoint {endpoint.Id}: {e.Message}";
        }
    }

    /// <summary>All in one visit to the namespace: a visit costs a thread.</summary>
    private void Write(List<(string Owner, string Name, string Value)> writes, Dictionary<string, string> problems)
    {
        if (writes.Count == 0)
            return;

        NetworkNamespace.RunIn(inside, () =>
        {
            foreach (var (owner, name, value) in writes)
            {
                try
                {
                    // A setting that the kernel does not know is one of a family that it does not speak.
                    if (Sysctl.Read(name) is { } actual && actual != value)
                        Sysctl.Write(name, value);
                }
                catch (NetlinkException e)
                {
                    problems[owner] = e.Message;
                }
            }
        });
    }

    private void Remember(HostState host, Dictionary<string, string> problems)
    {
        _set.Clear();
        foreach (var endpoint in host.Endpoints.Values)
        {
            if (!problems.ContainsKey(endpoint.Interface) && links.Find(endpoint.Interface) is { } link)
                _set[endpoint.Interface] = (link.Index, endpoint);
        }

        _hostSet = !problems.ContainsKey("");
    }
}
