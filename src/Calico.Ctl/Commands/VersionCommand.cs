using System.CommandLine;
using System.Reflection;
using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>Of this program, without what the build appends to it.</summary>
    public static string OwnVersion { get; } =
        "v" + (typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    public static Command Build(GlobalOptions globals)
    {
        var clientOnly = new Option<bool>("--client") { Description = "Of this program only; asks no datastore." };
        var command = new Command("version", "Show the version of this program and of the cluster.") { clientOnly };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            await globals.Terminal.Out.WriteLineAsync($"Client Version:    {OwnVersion}");
            return parsed.GetValue(clientOnly) ? 0 : await ShowClusterAsync(globals, parsed, cancellation);
        });
    }

    private static async Task<int> ShowClusterAsync(GlobalOptions globals, ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            await using var cluster = globals.Open(parsed);
            var about = await cluster.Resources.GetAsync<ClusterInformationSpec>(new(Kinds.ClusterInformation, Namespace: null, "default"), cancellation);
            await globals.Terminal.Out.WriteLineAsync($"Cluster Version:   {(about?.Spec.CalicoVersion is { } version ? "v" + version.TrimStart('v') : "none yet (no node has started)")}");
            await globals.Terminal.Out.WriteLineAsync($"Cluster Type:      {about?.Spec.ClusterType ?? "none yet"}");
            return 0;
        }
        catch (Exception e) when (e is DatastoreException or ConfigurationException)
        {
            await globals.Terminal.Error.WriteLineAsync($"Unable to retrieve Cluster Version or Type: {e.Message}");
            return 1;
        }
    }
}
