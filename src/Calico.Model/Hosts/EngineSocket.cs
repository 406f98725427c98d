namespace Calico.Model.Hosts;

/// <summary>The socket of this host's Docker engine.</summary>
public static class EngineSocket
{
    /// <summary>Where the engine listens unless it is told otherwise.</summary>
    public const string Default = "/run/docker.sock";

    private const string Scheme = "unix://";

    /// <summary>As <c>DOCKER_HOST</c> names it, the variable of Docker's own programs: <c>unix://PATH</c>.</summary>
    /// <param name="engine">The variable's value. An engine that is reached in another way is another host's, or this host's with a socket besides: the default.</param>
    /// <exception cref="FormatException">It names a socket by what is no path.</exception>
    public static string Of(string? engine)
    {
        if (engine?.StartsWith(Scheme, StringComparison.Ordinal) != true)
            return Default;

        var path = engine[Scheme.Length..];
        return Path.IsPathRooted(path) ? path : throw new FormatException($"DOCKER_HOST='{engine}' is no socket's path: unix://{Default} would be one");
    }
}
