using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class NodeOptionsTests
{
    [Fact]
    public void The_name_is_the_one_given_then_the_one_remembered_then_that_of_the_host()
    {
        Assert.Equal("given", Read(new() { ["NODENAME"] = "given", ["HOSTNAME"] = "Env" }, remembered: "kept").NodeName);
        Assert.Equal("kept", Read(new() { ["HOSTNAME"] = "Env" }, remembered: "kept\n").NodeName);
        Assert.Equal("env", Read(new() { ["HOSTNAME"] = "Env" }, remembered: null).NodeName);
        Assert.Equal("vms100", Read([], remembered: null).NodeName);
    }

    [Theory]
    [InlineData("NODENAME", "Not_A_Name")]
    [InlineData("IP", "300.1.1.1")]
    [InlineData("IP", "2001:db8::1")]
    [InlineData("IP6", "10.0.0.1")]
    [InlineData("AS", "many")]
    [InlineData("NO_DEFAULT_POOLS", "maybe")]
    [InlineData("CALICO_NETWORKING_BACKEND", "gobgp")]
    [InlineData("CALICO_FAST_PATH", "perhaps")]
    [InlineData("CALICO_LIBNETWORK_ENABLED", "perhaps")]
    [InlineData("CALICO_DOCKER_SCOPE", "worldwide")]
    [InlineData("CALICO_RESERVE", "plenty")]
    [InlineData("CALICO_NAMES_PORT", "70000")]
    [InlineData("CALICO_LOG_LEVEL", "loud")]
    [InlineData("DOCKER_HOST", "unix://docker.sock")]
    public void A_variable_that_cannot_be_used_is_named(string variable, string value)
    {
        var error = Assert.Throws<FormatException>(() => Read(new() { [variable] = value }, remembered: null));

        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    private static NodeOptions Read(Dictionary<string, string> variables, string? remembered) =>
        NodeOptions.FromEnvironment(variables.GetValueOrDefault, remembered, "VMS100");
}
