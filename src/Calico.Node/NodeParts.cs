using Calico.Calc;
using Calico.Dataplane;
using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Datastore.Resources;
using Calico.Datastore.Syncing;
using Calico.Ipam;
using Calico.Names;
using Calico.Netlink.Routing;
using Calico.Node.Bgp;
using Calico.Node.LocalApi;
using Calico.Node.Metrics;
using Calico.Node.Registration;
using Calico.Node.Reporting;
using Calico.Node.Startup;
using Calico.Node.Syncing;
using Calico.Plugins;
using Calico.Plugins.Attaching;
using Calico.Plugins.Leaks;
using Calico.Plugins.Offline;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calico.Node;

/// <summary>The list of parts that make up a node; started in this order, stopped in reverse.</summary>
internal static class NodeParts
{
    /// <summary>Root alone may drive the drivers; anyone may read the status.</summary>
    private const UnixFileMode RootOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Anyone = RootOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static void AddNode(this IServiceCollection services, NodeOptions options, DatastoreSettings datastore)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<NodeLife>();
        services.AddStore(options, datastore);

        services.AddSingleton(_ => RouteSocket.Open());
        services.AddSingleton<HostAddresses>();
        services.AddSingleton<Latest<Calculation>>();
        services.AddSingleton<NameDirectory>();
        services.AddSingleton<NameServer>();
        services.AddSingleton(parts => new HostDataplane(
            new HostDataplaneOptions { FullCompareEvery = options.ResyncEvery, NamePort = options.NamePort, UsesFastPath = options.FastPath },
            parts.GetRequiredService<TimeProvider>(),
            parts.GetRequiredService<ILogger<HostDataplane>>()));
        services.AddAttachment(options);

        services.AddLoop<RegistrationLoop>();
        services.AddLoop<SyncLoop>();
        services.AddLoop<NameLoop>();
        services.AddLoop<DataplaneLoop>();
        services.AddLoop<SpeakerLoop>();
        services.AddLoop<AttachmentLoop>();
        services.AddLoop<StatusPublisher>();
        services.AddLoop<NodeReporter>();
        services.AddHostedService<MetricsServer>();
        services.AddSockets(options);
    }

    private static void AddStore(this IServiceCollection services, NodeOptions options, DatastoreSettings datastore)
    {
        services.AddSingleton(parts => Stores.Open(
            datastore, Author(options), parts.GetRequiredService<TimeProvider>(), parts.GetRequiredService<ILogger<IStore>>()));
        services.AddSingleton(parts => new ResourceStore(
            parts.GetRequiredService<IStore>(), Author(options), parts.GetRequiredService<TimeProvider>(), parts.GetRequiredService<ILogger<ResourceStore>>()));
        services.AddSingleton(parts => new IpamClient(
            parts.GetRequiredService<IStore>(),
            parts.GetRequiredService<ResourceStore>(),
            parts.GetRequiredService<TimeProvider>(),
            parts.GetRequiredService<ILogger<IpamClient>>()));
        services.AddSingleton(parts => new LastKnown(
            Path.Combine(options.StateFolder, "last-known"),
            parts.GetRequiredService<IStore>().Description,
            parts.GetRequiredService<TimeProvider>(),
            parts.GetRequiredService<ILogger<LastKnown>>()));
        services.AddSingleton(parts => new Syncer(
            parts.GetRequiredService<IStore>(),
            new SyncerOptions(),
            parts.GetRequiredService<TimeProvider>(),
            parts.GetRequiredService<ILogger<Syncer>>(),
            parts.GetRequiredService<LastKnown>()));
        services.AddSingleton(parts => LocalBooks.Open(
            Path.Combine(options.StateFolder, "journal"), options.NodeName, parts.GetRequiredService<TimeProvider>(), parts.GetRequiredService<ILogger<LocalBooks>>()));
    }

    private static string Author(NodeOptions options) => $"calico-node@{options.NodeName}";

    private static void AddAttachment(this IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton<IEndpointProgrammed, EndpointProgrammed>();
        services.AddSingleton(parts => new WorkloadAttachment(
            new WorkloadParts
            {
                Node = options.NodeName,
                Store = parts.GetRequiredService<IStore>(),
                Resources = parts.GetRequiredService<ResourceStore>(),
                Ipam = parts.GetRequiredService<IpamClient>(),
                Books = parts.GetRequiredService<LocalBooks>(),
                ReserveSize = options.ReserveSize,
                Links = new KernelLinks(),
                Addresses = new KernelAddresses(),
                Programmed = parts.GetRequiredService<IEndpointProgrammed>(),
                Time = parts.GetRequiredService<TimeProvider>(),
                Logs = parts.GetRequiredService<ILoggerFactory>(),
            },
            options.Docker));
    }

    /// <summary>The sockets answer before the store does: Docker waits for its plugins when it starts.</summary>
    private static void AddSockets(this IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton<StatusReport>();
        services.AddSingleton<BgpApi>();
        services.AddSocket(Path.Combine(options.RunFolder, "node.sock"), Anyone, (parts, routes) =>
        {
            StatusApi.Map(routes, parts.GetRequiredService<StatusReport>(), parts.GetRequiredService<HostDataplane>().Denials);
            PathApi.Map(routes, options.NodeName);
            parts.GetRequiredService<BgpApi>().Map(routes);
            parts.GetRequiredService<WorkloadAttachment>().MapLocalApi(routes);
        });
        if (!options.Docker.IsEnabled)
            return;

        services.AddSocket(
            Path.Combine(options.DockerPluginFolder, "calico-ipam.sock"),
            RootOnly,
            (parts, routes) => parts.GetRequiredService<WorkloadAttachment>().MapIpamDriver(routes));
        services.AddSocket(
            Path.Combine(options.DockerPluginFolder, "calico.sock"),
            RootOnly,
            (parts, routes) => parts.GetRequiredService<WorkloadAttachment>().MapNetworkDriver(routes));
    }

    private static void AddSocket(this IServiceCollection services, string path, UnixFileMode mode, Action<IServiceProvider, IEndpointRouteBuilder> map) =>
        services.AddSingleton<IHostedService>(parts =>
            new UnixSocketServer(path, mode, routes => map(parts, routes), parts.GetRequiredService<ILoggerFactory>()));

    private static void AddLoop<TLoop>(this IServiceCollection services)
        where TLoop : class, IHostedService
    {
        services.AddSingleton<TLoop>();
        services.AddHostedService(parts => parts.GetRequiredService<TLoop>());
    }
}
