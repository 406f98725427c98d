namespace Calico.Bgp;

/// <summary>Which side of a session may tell several paths to a prefix (RFC 7911), seen from here.</summary>
[Flags]
public enum AddPathMode
{
    None = 0,

    /// <summary>We take several paths from the peer.</summary>
    Receive = 1,

    /// <summary>We tell the peer all paths that we could use, not the best alone.</summary>
    Send = 2,

    Both = Receive | Send,
}
