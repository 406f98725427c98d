using Calico.Bgp;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Netlink.Routing;
using Calico.Node.Bgp;
using Calico.Node.Registration;
using Calico.Node.Startup;
using Microsoft.Extensions.Hosting;

namespace Calico.Node.Reporting;

/// <summary>Writes the status of those CalicoNodeStatus resources that ask about this node, as often as each asks.</summary>
internal sealed class NodeReporter(ResourceStore resources, SpeakerLoop speaker, RouteSocket kernel, NodeLife life) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>In looks: how soon a resource that is new is noticed.</summary>
    private const int ListEvery = 10;

    private readonly Dictionary<string, DateTimeOffset> _written = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IReadOnlyList<Resource<CalicoNodeStatusSpec>> asked = [];
        using var timer = new PeriodicTimer(LookEvery, life.Time);
        for (var look = 0; await timer.WaitForNextTickAsync(stoppingToken); look++)
        {
            try
            {
                if (look % ListEvery == 0)
                    asked = await AskedAsync(stoppingToken);
                foreach (var resource in asked.Where(IsDue))
                    await WriteAsync(resource, stoppingToken);
            }
            catch (DatastoreException)
            {
                // the syncer says so already; the next look tries again
            }
        }
    }

    private async Task<IReadOnlyList<Resource<CalicoNodeStatusSpec>>> AskedAsync(CancellationToken cancellation) =>
        [.. (await resources.ListAsync<CalicoNodeStatusSpec>(Kinds.CalicoNodeStatus, cancellation)).Items.Where(resource => resource.Spec.Node == life.Options.NodeName)];

    private bool IsDue(Resource<CalicoNodeStatusSpec> resource) => resource.Spec.UpdatePeriodSeconds is > 0 and var period
        && !(_written.TryGetValue(resource.Name, out var last) && resource.Status is not null && life.Time.GetUtcNow() - last < TimeSpan.FromSeconds(period));

    /// <summary>What is there now, with another status: nothing that a user has changed or deleted meanwhile is undone.</summary>
    private async Task WriteAsync(Resource<CalicoNodeStatusSpec> listed, CancellationToken cancellation)
    {
        _written[listed.Name] = life.Time.GetUtcNow();
        if (await resources.GetAsync<CalicoNodeStatusSpec>(ResourceId.Of(listed), cancellation) is not { Spec.Classes: { } classes } resource)
            return;

        var report = NodeReport.Make(classes, await LookAsync(classes.Contains(NodeStatusClass.Routes), cancellation));
        await resources.UpdateAsync(resource with { Status = report }, cancellation);
    }

    private async Task<NodeFindings> LookAsync(bool withRoutes, CancellationToken cancellation)
    {
        var found = new NodeFindings
        {
            Version = RegistrationLoop.Version,
            StartedAt = life.StartedAt,
            Now = life.Time.GetUtcNow(),
            Speaker = speaker.Configured is var (state, since) ? (state.RouterId, since) : null,
            Peers = speaker.Peers,
        };
        return !withRoutes ? found : found with
        {
            Paths = speaker.Speaker is { } bgp ? await bgp.ListAsync(new RouteQuery(), cancellation) : [],
            Kernel = [.. kernel.Routes.List(new RouteFilter()).Where(route => route.Table == Route.MainTable)],
            Links = kernel.Links.List().ToDictionary(link => link.Index, link => link.Name),
        };
    }
}
