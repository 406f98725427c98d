using System.Net;

namespace Calico.Names;

/// <summary>The name servers of the host's own <c>resolv.conf</c> (resolv.conf(5)), which Docker passes on to containers.</summary>
public static class HostServers
{
    /// <summary>systemd-resolved's stub; Docker knows it and takes the servers behind it.</summary>
    private static readonly IPAddress ResolvedStub = IPAddress.Parse("127.0.0.53");

    /// <summary>True where Docker asks from the host, not from the container, so that nobody can tell who asks: there are servers, and all are on the host's loopback.</summary>
    /// <param name="text">The file's.</param>
    public static bool AreOutOfSight(string text)
    {
        var servers = text.Split('\n')
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => IPAddress.TryParse(words[1], out var address) ? address : null)
            .OfType<IPAddress>()
            .ToList();
        return servers.Count > 0 && servers.TrueForAll(server => IPAddress.IsLoopback(server) && !server.Equals(ResolvedStub));
    }
}
