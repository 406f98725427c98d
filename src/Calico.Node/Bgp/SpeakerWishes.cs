using System.Collections.Immutable;
using System.Net;
using Calico.Bgp;
using Calico.Calc;
using Calico.Dataplane;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Node.Startup;
using Microsoft.Extensions.Logging;

namespace Calico.Node.Bgp;

/// <summary>Hands the speaker what the calculation graph wants of it, and again when a password's file has changed.</summary>
internal sealed partial class SpeakerWishes(BgpSpeaker speaker, PasswordFiles files, NodeLife life)
{
    private readonly Lock _gate = new(); // guards all below
    private readonly ILogger _log = life.Log<BgpSpeaker>();
    private Calculation? _calculation;
    private object? _pools;
    private BgpState? _waysOf;
    private ImmutableDictionary<SecretKeyReference, string> _passwords = ImmutableDictionary<SecretKeyReference, string>.Empty;

    /// <summary>Of the last state that the speaker took.</summary>
    public BgpState? State { get; private set; }

    /// <summary>When it took that.</summary>
    public DateTimeOffset? TakenAt { get; private set; }

    /// <summary>In words: passwords that cannot be read, a configuration that contradicts itself.</summary>
    public ImmutableArray<string> Problems { get; private set; } = [];

    /// <summary>The ways to peers that BGPPeers name (reachableBy); another object only after a change.</summary>
    public ImmutableDictionary<IPNetwork, LearnedRoute> WaysToPeers { get; private set; } = ImmutableDictionary<IPNetwork, LearnedRoute>.Empty;

    public void Configure(Calculation calculation)
    {
        lock (_gate)
        {
            _calculation = calculation;
            Configure();
        }
    }

    /// <summary>Looks at the passwords' files now and then.</summary>
    public async Task WatchPasswordsAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), life.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            lock (_gate)
            {
                if (_calculation?.Bgp?.Peers.Values.Any(peer => peer.Password is not null) == true)
                    Configure();
            }
        }
    }

    private void Configure()
    {
        if (_calculation is not { Bgp: { } state } calculation)
            return;

        var (passwords, problems) = files.Read(state.Peers.Values.Select(peer => peer.Password).OfType<SecretKeyReference>());
        foreach (var problem in problems.Except(Problems))
            NoPassword(_log, problem);
        var isKnown = ReferenceEquals(state, State) && passwords.Count == _passwords.Count && passwords.All(pair => _passwords.GetValueOrDefault(pair.Key) == pair.Value);
        Problems = problems;
        if (!ReferenceEquals(state, _waysOf))
            (WaysToPeers, _waysOf) = (WaysOf(state), state);
        if (isKnown && ReferenceEquals(calculation.Host.Pools, _pools))
            return;

        try
        {
            speaker.Configure(SpeakerPlan.Make(state, calculation.Host.Pools, passwords) with { Stations = SpeakerPlan.Stations(life.Options) });
            (State, TakenAt, _passwords, _pools) = (state, life.Time.GetUtcNow(), passwords, calculation.Host.Pools);
        }
        catch (ArgumentException e)
        {
            Problems = problems.Add($"the BGP configuration contradicts itself, and the one before stays in force: {e.Message}");
            Refused(_log, e.Message);
        }
    }

    private static ImmutableDictionary<IPNetwork, LearnedRoute> WaysOf(BgpState state) => state.Peers.Values.Where(peer => peer.ReachableBy is not null).DistinctBy(peer => peer.Address)
        .ToImmutableDictionary(peer => new IPNetwork(peer.Address, peer.Address.IsIPv4 ? 32 : 128), peer => new LearnedRoute([peer.ReachableBy ?? peer.Address]));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void NoPassword(ILogger log, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The BGP configuration contradicts itself; the one before stays in force: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
