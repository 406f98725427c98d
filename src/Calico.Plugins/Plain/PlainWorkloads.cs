using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker;
using Calico.Plugins.Docker.Networks;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Plain;

/// <summary>Attaches network namespaces that no container engine looks after.</summary>
internal sealed partial class PlainWorkloads(
    Attacher attacher, LocalEndpoints endpoints, WorkloadAddresses addresses, TimeProvider time, ILogger log)
{
    private const string DefaultOrchestrator = "lab", DefaultInterface = "eth0";

    /// <summary>Of the one endpoint that a workload has, whatever its interface is called inside.</summary>
    private const string EndpointName = "eth0";

    private readonly ConcurrentDictionary<string, bool> _busy = new(); // names of endpoints that are being attached

    /// <summary>When it returns, the workload has its address and its policy is in place; when it throws, nothing is left.</summary>
    /// <exception cref="PluginException">It cannot be attached.</exception>
    public async Task<PlainWorkload> AttachAsync(PlainRequest request, CancellationToken cancellation)
    {
        var spec = Read(request, endpoints.Node);
        var name = WorkloadEndpointName.Of(spec);
        if (!_busy.TryAdd(name, true))
            throw new PluginException($"workload '{request.Name}' is being attached already");

        try
        {
            if ((await endpoints.ListAsync(cancellation)).Any(other => other.Name == name))
                throw new PluginException($"there is a workload '{request.Name}' on this host already: DELETE /workloads/{request.Name} first");

            return new(spec.Workload ?? "", name, spec.InterfaceName ?? "", (await AttachAsync(request, spec, cancellation)).ToString());
        }
        finally
        {
            _busy.TryRemove(name, out _);
        }
    }

    /// <summary>Takes it off and gives its address back; that it is gone already is as good.</summary>
    public async Task DetachAsync(string name, string? orchestrator, CancellationToken cancellation)
    {
        var spec = Identify(name, orchestrator, endpoints.Node);
        await attacher.DetachAsync(WorkloadEndpointName.Of(spec), spec.InterfaceName ?? "", cancellation);
        await addresses.ReleaseAllAsync(WorkloadAddresses.HandleOf(spec), cancellation);
    }

    private async Task<IPAddress> AttachAsync(PlainRequest request, WorkloadEndpointSpec spec, CancellationToken cancellation)
    {
        var path = NamespacePath(request);
        var handle = WorkloadAddresses.HandleOf(spec);
        var undo = new Undo(time, log);
        try
        {
            undo.Add($"address of {request.Name}", limit => addresses.ReleaseAllAsync(handle, limit));
            var address = await addresses.AssignAsync(ReadAddress(request.Address), handle, cancellation);
            await attacher.AttachAsync(ToAttachment(request, spec, path, address), cancellation);
            return address;
        }
        catch
        {
            await undo.RunAsync();
            throw;
        }
    }

    private static Attachment ToAttachment(PlainRequest request, WorkloadEndpointSpec spec, string path, IPAddress address)
    {
        var nextHop = address.IsIPv4 ? NextHops.IPv4 : NextHops.IPv6;
        var labels = new Labels(request.Labels ?? []);
        var full = spec with
        {
            IpNetworks = [address.HostPrefix],
            Ipv4Gateway = address.IsIPv4 ? nextHop : null,
            Ipv6Gateway = address.IsIPv4 ? null : nextHop,
            Mac = DriverNames.Mac,
            Profiles = [.. request.Network is { } network ? [NetworkProfile.Name(network)] : (string[])[], .. request.Profiles ?? []],
        };
        var pair = new VethPair
        {
            HostSide = spec.InterfaceName ?? "",
            WorkloadSide = request.Interface ?? DefaultInterface,
            Mac = DriverNames.Mac,
            LinkLocal = address.IsIPv4 ? null : nextHop,
            Setup = new(path, [address.HostPrefix], [nextHop]),
        };
        var all = EndpointLabels.Compose(request.Network, container: null, ofContainer: Labels.Empty, ofOptions: labels);
        return new(LocalEndpoints.New(full, all), pair, request.Network is { } own ? [NetworkProfile.Of(new NetworkFacts(own, Mtu: null))] : []);
    }

    private static WorkloadEndpointSpec Read(PlainRequest request, string node)
    {
        if (request.Interface is { } inside && !ValidInterface().IsMatch(inside))
            throw new PluginException($"interface '{inside}' is not an interface's name: 1 to 15 characters without '/' and spaces");

        return request.Name is { } name && ValidName().IsMatch(name)
            ? Identify(name, request.Orchestrator, node)
            : throw new PluginException($"name '{request.Name}': expected 1 to 63 letters, digits, '.', '_' and '-', a letter or digit at either end");
    }

    /// <summary>What tells it from others; the interface's name is a digest, for an interface's name is short.</summary>
    private static WorkloadEndpointSpec Identify(string name, string? orchestrator, string node)
    {
        var by = orchestrator ?? DefaultOrchestrator;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{by}/{name}")));
        return by is DriverNames.Orchestrator or "k8s" or "cni"
            ? throw new PluginException($"orchestrator '{by}' attaches its workloads itself")
            : new() { Orchestrator = by, Node = node, Workload = name, Endpoint = EndpointName, InterfaceName = InterfaceNames.HostSide(digest) };
    }

    private static string NamespacePath(PlainRequest request) => request switch
    {
        { NamespacePath: { Length: > 0 } path, Pid: null } when Path.IsPathRooted(path) => path,
        { NamespacePath: null, Pid: { } pid and > 0 } => $"/proc/{pid}/ns/net",
        _ => throw new PluginException("expected either namespacePath, an absolute path such as /run/netns/w1, or pid"),
    };

    private static IPAddress? ReadAddress(string? text) => text is null
        ? null
        : IPAddress.TryParse(text, out var address) ? address : throw new PluginException($"address '{text}' is not an address");

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidName();

    [GeneratedRegex(@"^[^/\s:]{1,15}\z", RegexOptions.None, 1000)]
    private static partial Regex ValidInterface();
}
