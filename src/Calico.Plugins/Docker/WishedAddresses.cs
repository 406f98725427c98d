using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Serialization;
using Calico.Ipam;
using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker;

/// <summary>Keeps the addresses that containers of this host have by name (<c>--ip</c>) from all others as long as the containers are there, running or not.</summary>
/// <remarks>
/// After a crash Docker gives all addresses back and asks for them again, those without a name perhaps first, and answers no question meanwhile: so
/// what it said last is known, also to a node that was started since.
/// </remarks>
internal sealed partial class WishedAddresses(DockerApi docker, IpamClient ipam, StateFile<WishedAddressesState> file, Signal wake, ILogger log)
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private readonly ContainerNews _news = new(); // those that came, went, or were attached
    private readonly Dictionary<string, ImmutableHashSet<IPAddress>> _wishes = []; // by the container's id, of those that have any; the loop's own

    /// <summary>Takes an event of the engine's, or null: anything may have happened.</summary>
    public void Hear(EngineEvent? happened)
    {
        if (happened is null)
            _news.AddAll();
        else if (happened is { Type: "container", Action: "create" or "destroy" } or { Type: "network", Action: "connect" or "disconnect" } && happened.Container is { } container)
            _news.Add(container);
        else
            return;

        wake.Set();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        Recall();
        var heard = false;
        while (!cancellation.IsCancellationRequested)
        {
            var woken = await wake.WaitAsync(heard ? Often : Soon, cancellation);
            var news = _news.Take();
            heard = await LookAsync(woken && heard ? news : null, cancellation);
        }
    }

    /// <summary>What was known before the node was started.</summary>
    internal void Recall() => ipam.KeptBack = [.. file.Read().Addresses.Select(ReadAddress).OfType<IPAddress>()];

    /// <param name="ids">Only these have changed; null: any may have.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <returns>False: the engine does not answer, and what was known stays.</returns>
    internal async Task<bool> LookAsync(IReadOnlyCollection<string>? ids, CancellationToken cancellation)
    {
        if (ids is { Count: 0 })
            return true;

        try
        {
            var containers = ids is null ? await docker.ListContainersAsync(cancellation) : await docker.ListContainersAsync(ids, cancellation);
            foreach (var id in ids ?? [.. _wishes.Keys])
                _wishes.Remove(id);
            foreach (var container in containers)
            {
                if (WishesOf(container) is { IsEmpty: false } wishes)
                    _wishes[container.Id] = wishes;
            }

            var wished = _wishes.Values.SelectMany(addresses => addresses).ToImmutableHashSet();
            if (!wished.SetEquals(ipam.KeptBack))
            {
                ipam.KeptBack = wished;
                file.Write(new() { Addresses = [.. wished.Select(address => $"{address}").Order(StringComparer.Ordinal)] });
            }

            return true;
        }
        catch (DockerApiException e)
        {
            Later(e.Message);
            return false;
        }
    }

    private static ImmutableHashSet<IPAddress> WishesOf(EngineContainer container) => (container.NetworkSettings?.Networks?.Values.ToArray() ?? [])
        .SelectMany(attachment => new[] { attachment.IPAMConfig?.IPv4Address, attachment.IPAMConfig?.IPv6Address })
        .Select(ReadAddress).OfType<IPAddress>().ToImmutableHashSet();

    private static IPAddress? ReadAddress(string? text) => IPAddress.TryParse(text, out var address) ? address : null;

    [LoggerMessage(Level = LogLevel.Debug, Message = "Which addresses containers have by name is not asked for now: {Reason}")]
    private partial void Later(string reason);
}

/// <summary>What a restarted node is to know of it.</summary>
internal sealed record WishedAddressesState
{
    public string[] Addresses { get; init; } = [];
}

[JsonSerializable(typeof(WishedAddressesState))]
internal sealed partial class WishedAddressesJson : JsonSerializerContext;
