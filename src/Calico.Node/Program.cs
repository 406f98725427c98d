using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Node;
using Calico.Node.Startup;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (args.Length > 0)
    return CommandLine.Answer(args);

NodeOptions options;
DatastoreSettings datastore;
try
{
    options = CommandLine.ReadOptions();
    datastore = CommandLine.ReadDatastore();
    Directory.CreateDirectory(options.RunFolder);
    new HostBefore(options.StateFolder, HostBefore.Changed).Remember();
}
catch (Exception e) when (e is FormatException or DatastoreException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"calico-node: {e.Message}");
    return 1;
}

using var sole = SoleInstance.Claim(options.RunFolder, out var holder);
if (sole is null)
{
    await Console.Error.WriteLineAsync($"calico-node is already running on this host (pid {holder}): 'calicoctl node status' shows how it is, 'calicoctl node stop' ends it");
    return 1;
}

var builder = Host.CreateEmptyApplicationBuilder(new());
NodeLogging.Configure(builder.Logging, options.LogLevel, NodeLogging.FormOf(
    isTerminal: !Console.IsErrorRedirected, new FileInfo("/proc/self/fd/2").LinkTarget, Environment.GetEnvironmentVariable("JOURNAL_STREAM")));
builder.Services.AddNode(options, datastore);
try
{
    using var host = builder.Build();
    var life = host.Services.GetRequiredService<NodeLife>();
    try
    {
        await host.StartAsync();
        ReadyNotice.Send(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
        await host.WaitForShutdownAsync();
    }
    catch (OperationCanceledException) when (life.IsEnding) // told to end before it had started
    {
        await host.StopAsync();
    }

    return life.ExitCode;
}
catch (DatastoreException e)
{
    await Console.Error.WriteLineAsync($"calico-node: {e.Message}");
    return 1;
}
