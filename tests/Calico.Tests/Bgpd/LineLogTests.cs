using Calico.Bgpd;
using Calico.Bgpd.Configuration;
using Microsoft.Extensions.Logging;

namespace Calico.Tests.Bgpd;

/// <summary>What the router logs.</summary>
public sealed class LineLogTests
{
    [Theory]
    [InlineData(null, LogLevel.Information)]
    [InlineData("", LogLevel.Information)]
    [InlineData("Debug", LogLevel.Debug)]
    [InlineData("warn", LogLevel.Warning)]
    public void The_least_is_as_the_variable_says(string? variable, LogLevel level) => Assert.Equal(level, LineLog.Level(variable));

    [Fact]
    public void A_level_that_is_none_is_refused_by_name()
    {
        var refused = Assert.Throws<ConfigurationException>(() => LineLog.Level("verbose"));

        Assert.Equal("CALICO_LOG_LEVEL='verbose' is no level: trace, debug, info, warning or error", refused.Message);
    }
}
