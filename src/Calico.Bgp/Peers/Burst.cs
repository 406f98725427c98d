using Calico.Bgp.Session;

namespace Calico.Bgp.Peers;

/// <summary>Tells when the user is to be woken: at once, but in the midst of many changes not before they end, so that what the user does with them takes no time from the sessions.</summary>
internal sealed class Burst
{
    /// <summary>So many changes at a time are many.</summary>
    private const int Many = 512;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(10);

    /// <summary>No change waits longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private readonly Action _wake;
    private readonly Deadline _quiet;
    private readonly Deadline _longest;
    private bool _underWay;

    /// <param name="wake">Called by the speaker's loop.</param>
    public Burst(SpeakerCore core, Action wake)
    {
        _wake = wake;
        _quiet = core.NewDeadline(End);
        _longest = core.NewDeadline(End);
    }

    public void Note(int changes)
    {
        if (changes >= Many)
        {
            _quiet.Restart(Quiet);
            if (!_underWay)
                _longest.Restart(Longest);
            _underWay = true;
        }

        if (!_underWay)
            _wake();
    }

    public void End()
    {
        _underWay = false;
        _quiet.Stop();
        _longest.Stop();
        _wake();
    }

    /// <summary>Nobody is woken any more.</summary>
    public void Stop()
    {
        _quiet.Dispose();
        _longest.Dispose();
    }
}
