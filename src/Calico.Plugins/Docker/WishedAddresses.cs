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

    /// <summary>A container has come or gone, or the engine may answer now.</summary>
    public void Wake() => wake.Set();

    public async Task RunAsync(CancellationToken cancellation)
    {
        Recall();
        var heard = false;
        while (!cancellation.IsCancellationRequested)
        {
            await wake.WaitAsync(heard ? Often : Soon, cancellation);
            heard = await LookAsync(cancellation);
        }
    }

    /// <summary>What was known before the node was started.</summary>
    internal void Recall() => ipam.KeptBack = [.. file.Read().Addresses.Select(ReadAddress).OfType<IPAddress>()];

    /// <returns>False: the engine does not answer, and what was known stays.</returns>
    internal async Task<bool> LookAsync(CancellationToken cancellation)
    {
        try
        {
            var containers = await docker.ListContainersAsync(cancellation);
            var wishes = containers.SelectMany(container => container.NetworkSettings?.Networks?.Values.ToArray() ?? []).Select(attachment => attachment.IPAMConfig);
            var wished = wishes.SelectMany(wish => new[] { wish?.IPv4Address, wish?.IPv6Address }).Select(ReadAddress).OfType<IPAddress>().ToImmutableHashSet();
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
