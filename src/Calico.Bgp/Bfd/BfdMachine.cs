namespace Calico.Bgp.Bfd;

/// <summary>The BFD state machine (RFC 5880 §6.2, §6.8.6) as functions from progress to progress.</summary>
internal static class BfdMachine
{
    /// <param name="packet">Is known to be meant for this session.</param>
    public static BfdProgress Receive(BfdProgress now, BfdPacket packet, BfdSettings settings)
    {
        var heard = now with
        {
            RemoteDiscriminator = packet.MyDiscriminator,
            RemoteState = packet.State,
            RemoteDemand = packet.Demand,
            RemoteRequiredReceive = packet.RequiredReceive,
            RemoteDesiredTransmit = packet.DesiredTransmit,
            RemoteMultiplier = packet.Multiplier,
            Polling = now.Polling && !packet.Final,
        };
        return (now.State, packet.State) switch
        {
            (BfdState.AdminDown, _) => now,
            (BfdState.Down, BfdState.Down) => heard with { State = BfdState.Init },
            (BfdState.Down, BfdState.Init) => Rise(heard, settings),
            (BfdState.Init, BfdState.Init or BfdState.Up) => Rise(heard, settings),
            (BfdState.Init or BfdState.Up, BfdState.AdminDown) => Fall(heard, BfdDiagnostic.NeighbourSignalledDown),
            (BfdState.Up, BfdState.Down) => Fall(heard, BfdDiagnostic.NeighbourSignalledDown),
            _ => heard,
        };
    }

    /// <summary>Nothing was heard for the detection time.</summary>
    public static BfdProgress Expire(BfdProgress now)
    {
        var unheard = now with { RemoteDiscriminator = 0 };
        return now.State is BfdState.Init or BfdState.Up ? Fall(unheard, BfdDiagnostic.DetectionTimeExpired) : unheard;
    }

    /// <summary>Other intervals: where they matter, the peer is told by a poll.</summary>
    public static BfdProgress Adjust(BfdProgress now) => now with { Polling = now.State == BfdState.Up };

    public static BfdPacket Compose(BfdProgress now, uint discriminator, BfdSettings settings, bool final) => new(now.State, discriminator, now.RemoteDiscriminator)
    {
        Diagnostic = now.Diagnostic,
        Poll = now.Polling && !final,
        Final = final,
        Multiplier = settings.Multiplier,
        DesiredTransmit = now.DesiredTransmit(settings),
        RequiredReceive = settings.Interval,
    };

    /// <summary>From the slow pace of a session that is not up to the one that is wanted.</summary>
    private static BfdProgress Rise(BfdProgress now, BfdSettings settings) =>
        now with { State = BfdState.Up, Diagnostic = BfdDiagnostic.None, Polling = settings.Interval < BfdProgress.Slow };

    private static BfdProgress Fall(BfdProgress now, BfdDiagnostic why) => now with { State = BfdState.Down, Diagnostic = why, Polling = false };
}
