namespace Calico.Bgp.Peers;

/// <summary>Holds how many routes a peer has sent against how many it may: pure but for what was said already.</summary>
internal sealed class LimitWatch
{
    private bool _warned;
    private bool _warnedOver;

    /// <summary>A new session, or another limit.</summary>
    public void Reset() => (_warned, _warnedOver) = (false, false);

    public LimitVerdict Judge(PrefixLimit? limit, int routes)
    {
        if (limit is null)
            return LimitVerdict.InOrder;

        if (routes > limit.Maximum)
        {
            if (limit.Action != PrefixLimitAction.Warn)
                return LimitVerdict.Exceeded;
            return Once(ref _warnedOver) ? LimitVerdict.WarnOver : LimitVerdict.InOrder;
        }

        _warnedOver = false;
        if (routes * 100L >= limit.Maximum * (long)limit.WarnAt)
            return Once(ref _warned) ? LimitVerdict.WarnNear : LimitVerdict.InOrder;

        _warned = false;
        return LimitVerdict.InOrder;
    }

    private static bool Once(ref bool said)
    {
        if (said)
            return false;

        said = true;
        return true;
    }
}

internal enum LimitVerdict
{
    InOrder,

    /// <summary>To be said once.</summary>
    WarnNear,

    WarnOver,

    /// <summary>The session is to end.</summary>
    Exceeded,
}
