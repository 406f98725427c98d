using Calico.Lab.Plan;

namespace Calico.Lab.Demo.Steps;

/// <summary>Step 12: each container reaches each other, over two routed hops, and is seen by its own address.</summary>
internal static class PingStep
{
    public static async Task PlayAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var from in stage.Hosts)
        {
            foreach (var to in stage.Hosts.Where(other => other != from))
                await PingAsync(stage, from, to, cancel);
        }

        await AskWhoTheySeeAsync(stage, cancel);
    }

    private static async Task PingAsync(Stage stage, Machine from, Machine to, CancellationToken cancel)
    {
        await stage.TypeAsync(from, $"docker exec {Stage.ContainerOf(from)} ping -c 3 -i 0.2 {stage.Containers[to]}", cancel, [.. Answers()]);
        stage.Reached.Add(new Reach($"container on {from.Name}", $"container on {to.Name} ({stage.Containers[to]})", "ping", Hops: 2));
    }

    /// <summary>Three answers, each of which came over two routers: a packet starts with 64 and loses one at each.</summary>
    public static IEnumerable<Expectation> Answers() =>
    [
        Expectation.Lines(3, @"64 bytes from .*\bttl=62\b.*", "answers over two routed hops"),
        Expectation.Line(@"3 packets transmitted, 3 (?:packets )?received, 0% packet loss.*", "nothing lost"),
    ];

    /// <summary>The last host's container tells whoever asks it by which address it sees them.</summary>
    private static async Task AskWhoTheySeeAsync(Stage stage, CancellationToken cancel)
    {
        var (from, to) = (stage.Hosts[0], stage.Hosts[^1]);
        await stage.TypeAsync(
            to,
            $"""docker exec {Stage.ContainerOf(to)} sh -c 'mkdir -p /www/cgi-bin && printf "#!/bin/sh\necho\necho I see \$REMOTE_ADDR\n" >/www/cgi-bin/who && chmod +x /www/cgi-bin/who && httpd -h /www'""",
            cancel);
        await stage.TypeAsync(from, $"docker exec {Stage.ContainerOf(from)} wget -qO- http://{stage.Containers[to]}/cgi-bin/who", cancel, Sees($"{stage.Containers[from]}"));
        stage.Reached.Add(new Reach($"container on {from.Name}", $"container on {to.Name} ({stage.Containers[to]})", $"HTTP, seen as {stage.Containers[from]}", Hops: 2));
    }

    public static Expectation Sees(string address) => Expectation.Line($@"I see \[?(?:::ffff:)?{address}\]?", "the receiver sees the sender's own address");
}
