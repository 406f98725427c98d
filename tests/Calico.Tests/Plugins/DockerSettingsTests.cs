using Calico.Plugins.Docker;

namespace Calico.Tests.Plugins;

/// <summary>What the environment says of this host's Docker.</summary>
public sealed class DockerSettingsTests
{
    [Theory]
    [InlineData(null, "/run/docker.sock")]
    [InlineData("", "/run/docker.sock")]
    [InlineData("unix:///run/other/engine.sock", "/run/other/engine.sock")]
    [InlineData("tcp://10.0.0.7:2375", "/run/docker.sock")]
    [InlineData("ssh://host", "/run/docker.sock")]
    public void The_engine_is_asked_at_its_socket_on_this_host(string? variable, string socket) => Assert.Equal(socket, Of(variable).EngineSocket);

    [Theory]
    [InlineData("unix://")]
    [InlineData("unix://docker.sock")]
    public void A_path_that_is_none_is_refused_by_name(string variable)
    {
        var refused = Assert.Throws<FormatException>(() => Of(variable));

        Assert.Equal($"DOCKER_HOST='{variable}' is no socket's path: unix:///run/docker.sock would be one", refused.Message);
    }

    private static DockerSettings Of(string? engine) => DockerSettings.Of(name => name == "DOCKER_HOST" ? engine : null);
}
