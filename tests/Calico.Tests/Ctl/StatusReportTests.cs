using System.Net;
using Calico.Ctl.NodeProcess;
using Calico.Model.Hosts;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

public sealed class StatusReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 15, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_is_the_walkthroughs_table_to_the_letter() => Assert.Equal(
        """
        Calico process is running.

        IPv4 BGP status
        +----------------+-------------------+-------+----------+-------------+
        |  PEER ADDRESS  |     PEER TYPE     | STATE |  SINCE   |    INFO     |
        +----------------+-------------------+-------+----------+-------------+
        | 192.168.26.101 | node-to-node mesh | up    | 14:46:31 | Established |
        | 192.168.26.102 | node-to-node mesh | up    | 14:46:35 | Established |
        +----------------+-------------------+-------+----------+-------------+

        IPv6 BGP status
        No IPv6 peers found.

        """,
        Write(new TimeSpan(14, 46, 31), new TimeSpan(14, 46, 35)));

    [Fact]
    public void After_a_day_the_date_is_shown() =>
        Assert.Contains("| 192.168.26.101 | node-to-node mesh | up    | 2026-11-23 | Established |", Write(TimeSpan.FromHours(-40)), StringComparison.Ordinal);

    [Fact]
    public void What_is_not_well_is_said_first()
    {
        var status = Status() with { Ready = false, Datastore = "waiting for etcd at http://192.168.26.100:2379", Problems = ["route 10.0.0.0/26: refused"] };

        Assert.StartsWith(
            "Calico process is running.\nNot ready yet: waiting for etcd at http://192.168.26.100:2379\nProblem: route 10.0.0.0/26: refused\n\nIPv4",
            StatusReport.Write(status, new FixedTime(Now)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_socket_means_no_process()
    {
        var (status, problem) = await new StatusSocket("/nonexistent/node.sock").AskAsync(TestContext.Current.CancellationToken);

        Assert.Null(status);
        Assert.Equal("there is no /nonexistent/node.sock", problem);
    }

    private static string Write(params TimeSpan[] since) =>
        StatusReport.Write(Status() with { Peers = [.. since.Select((moment, index) => Peer(101 + index, Now.Date + moment))] }, new FixedTime(Now));

    private static NodeStatus Status() => new()
    {
        Node = "vms100",
        Version = "0.1.0",
        Pid = 1,
        StartedAt = Now,
        Ready = true,
        Datastore = "in sync",
    };

    private static PeerStatus Peer(int host, DateTime since) => new()
    {
        Address = IPAddress.Parse($"192.168.26.{host}"),
        Type = "node-to-node mesh",
        State = "up",
        Since = new DateTimeOffset(since, TimeSpan.Zero),
        Info = "Established",
    };
}
