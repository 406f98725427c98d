using System.Net;
using System.Text.Json;
using Calico.Bgp;

namespace Calico.Bgpd.Control;

/// <summary>What can be asked on the control socket.</summary>
internal sealed class Commands(BgpSpeaker speaker, Func<string?> reload, TimeProvider time)
{
    private static readonly (string Usage, string Says)[] All =
    [
        ("peers", "how it stands with each peer"),
        ("routes [PREFIX]", "every path of every prefix, or of one, the best one marked"),
        ("received PEER", "the paths from one peer, also those that the policy refuses"),
        ("advertised PEER", "what the peer has been told"),
        ("status", "how much the router holds, and the memory it takes"),
        ("reload", "reads the configuration file again, like SIGHUP"),
        ("help", "this list"),
    ];

    /// <summary>Writes one line of JSON; a command that cannot be followed is answered by {"error": …}.</summary>
    public async Task AnswerAsync(string command, Stream output, CancellationToken cancellation)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await using (var json = new Utf8JsonWriter(output))
        {
            await AnswerAsync(words, json, cancellation);
            await json.FlushAsync(cancellation);
        }

        await output.WriteAsync("\n"u8.ToArray(), cancellation);
    }

    private async Task AnswerAsync(string[] words, Utf8JsonWriter json, CancellationToken cancellation)
    {
        switch (words)
        {
            case ["peers"]:
                Answers.Write(json, speaker.Peers, time.GetUtcNow());
                break;
            case ["routes"]:
                Answers.Write(json, await speaker.ListAsync(new RouteQuery(), cancellation));
                break;
            case ["routes", var prefix] when IPNetwork.TryParse(prefix, out var network):
                Answers.Write(json, await speaker.ListAsync(new RouteQuery { Prefix = network }, cancellation));
                break;
            case ["received", var peer] when IsPeer(peer):
                Answers.Write(json, await speaker.ListAsync(new RouteQuery { ReceivedFrom = peer }, cancellation));
                break;
            case ["advertised", var peer] when IsPeer(peer):
                Answers.Write(json, await speaker.ListAsync(new RouteQuery { AdvertisedTo = peer }, cancellation));
                break;
            case ["status"]:
                Answers.Write(json, await speaker.CountAsync(cancellation), GC.GetGCMemoryInfo(GCKind.Any));
                break;
            case ["reload"]:
                Answers.WriteOutcome(json, reload());
                break;
            case ["help"]:
                Answers.Write(json, All);
                break;
            case ["received" or "advertised", var peer]:
                Answers.WriteOutcome(json, $"there is no peer named {peer}: \"peers\" lists them");
                break;
            case ["routes", var prefix]:
                Answers.WriteOutcome(json, $"{prefix} is no prefix: write one such as 10.0.0.0/8");
                break;
            default:
                Answers.WriteOutcome(json, $"there is no command '{string.Join(' ', words)}': \"help\" lists them");
                break;
        }
    }

    private bool IsPeer(string name) => speaker.Peers.Any(peer => peer.Name == name);
}
