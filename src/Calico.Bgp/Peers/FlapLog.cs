namespace Calico.Bgp.Peers;

/// <summary>Keeps a peer whose session comes and goes from filling the log: some lines a minute, then only how many there were.</summary>
/// <remarks>Nothing else is damped: the routes of such a peer follow its session at once.</remarks>
internal sealed class FlapLog(TimeProvider time)
{
    private const int Lines = 6;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private long _since;
    private int _written;

    /// <summary>Left out since the last line that was written.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Whether a line is to be written now; if so, with <see cref="LeftOut"/>, which then begins anew with <see cref="Written"/>.</summary>
    public bool MayWrite()
    {
        if (_written == 0 || time.GetElapsedTime(_since) >= Period)
            (_since, _written) = (time.GetTimestamp(), 0);
        if (_written >= Lines)
        {
            LeftOut++;
            return false;
        }

        _written++;
        return true;
    }

    public void Written() => LeftOut = 0;
}
