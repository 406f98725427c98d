using System.Net.Sockets;
using System.Reflection;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Datastore.Syncing;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Node.Startup;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Registration;

/// <summary>Makes this host known in the store, as soon as the store can be reached, and keeps its addresses there up to date.</summary>
/// <remarks>A name or an address that is somebody else's ends the process: two hosts under one name would take each other's routes.</remarks>
internal sealed partial class RegistrationLoop(ResourceStore resources, HostAddresses addresses, NodeLife life) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.5), LongestRetry = TimeSpan.FromSeconds(5);

    /// <summary>Interfaces come and go: a subnet that a host joins later must keep blocks away too.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(60);

    private readonly ILogger _log = life.Log<RegistrationLoop>();
    private readonly Dictionary<string, string> _told = []; // by family

    public static string Version { get; } =
        typeof(RegistrationLoop).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>In words, what registration waits for; null once it is done.</summary>
    public string? WaitingFor { get; private set; } = "the datastore";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(FirstRetry, LongestRetry, Random.Shared);
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = LookAgainAfter * (0.8 + (0.4 * Random.Shared.NextDouble()));
            try
            {
                await RegisterAsync(stoppingToken);
                backoff.Reset();
            }
            catch (NodeRefusedException e)
            {
                Refused(_log, e.Message);
                life.Fail();
                return;
            }
            catch (Exception e) when (e is DatastoreException or Netlink.NetlinkException or IOException)
            {
                if (WaitingFor != e.Message)
                    Waiting(_log, e.Message);
                WaitingFor = e.Message;
                wait = backoff.Next();
            }

            await Task.Delay(wait, life.Time, stoppingToken);
        }
    }

    private async Task RegisterAsync(CancellationToken cancellation)
    {
        var id = NodeIdentity.ReadOrCreate(life.Options.StateFolder);
        var node = await ClaimAsync(id, cancellation);
        foreach (var resource in ClusterDefaults.Make(Version))
            await resources.CreateAsync(resource, cancellation);
        if (!life.Options.NoDefaultPools)
            await Pools.EnsureDefaultAsync(resources, Pools.DefaultIPv4, cancellation);

        NodeIdentity.RememberName(life.Options.StateFolder, life.Options.NodeName);
        var known = string.Join(", ", node.Spec.Addresses?.Select(address => address.Address.ToString()) ?? []);
        if (WaitingFor is not null)
            Registered(_log, node.Name, known);
        WaitingFor = null;
    }

    private async Task<Resource<NodeSpec>> ClaimAsync(string id, CancellationToken cancellation)
    {
        var nodes = await resources.ListAsync<NodeSpec>(Kinds.Node, cancellation);
        return await resources.ApplyAsync<NodeSpec>(
            new ResourceId(Kinds.Node, Namespace: null, life.Options.NodeName),
            stored => Decide(id, [.. nodes.Items.Where(node => node.Name != life.Options.NodeName), .. stored is null ? [] : new[] { stored }]),
            cancellation);
    }

    private Resource<NodeSpec> Decide(string id, IReadOnlyList<Resource<NodeSpec>> nodes)
    {
        var found = addresses.Read();
        var detection = new AddressDetection(found, addresses.SourceTowards);
        var facts = new HostFacts(
            life.Options,
            id,
            found,
            () => Told(detection.Detect(life.Options.Ipv4Detection, AddressFamily.InterNetwork), "IPv4"),
            () => Told(detection.Detect(life.Options.Ipv6Detection, AddressFamily.InterNetworkV6), "IPv6"));
        return NodeClaim.Decide(facts, nodes) switch
        {
            NodeClaimOutcome.Granted granted => granted.Node,
            NodeClaimOutcome.Refused refused => throw new NodeRefusedException(refused.Reason),
            _ => throw new InvalidOperationException("a claim is granted or refused"),
        };
    }

    /// <summary>Says what was seen and chosen, whenever that is not what it was.</summary>
    private Detection Told(Detection found, string family)
    {
        var text = $"{found}";
        if (_told.GetValueOrDefault(family) != text)
            Detected(_log, family, text);
        _told[family] = text;
        return found;
    }

    /// <summary>Carries the refusal out of the store's compare-and-swap loop.</summary>
    private sealed class NodeRefusedException(string reason) : Exception(reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Name} is registered with {Addresses}")]
    private static partial void Registered(ILogger log, string name, string addresses);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Family} address of this host: {Detection}")]
    private static partial void Detected(ILogger log, string family, string detection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not registered yet, trying again: {Reason}")]
    private static partial void Waiting(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "This node cannot start: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
