using System.Collections.Immutable;
using Calico.Bgp.Messages;

namespace Calico.Bgp.Session;

/// <summary>How far a session has come: all that the state machine remembers.</summary>
/// <param name="Calling">What is done to get a connection.</param>
/// <param name="Links">The connections there are: one, or more while they collide.</param>
/// <param name="Failures">In a row; decides how long the next pause is.</param>
internal sealed record SessionProgress(Calling Calling, ImmutableArray<LinkProgress> Links, int Failures)
{
    public static readonly SessionProgress Initial = new(Calling.Stopped, [], 0);

    /// <summary>What went wrong last, null since the session was established.</summary>
    public string? LastError { get; init; }

    /// <summary>The state that RFC 4271 would call this.</summary>
    public SessionState State => Links.IsEmpty
        ? Calling switch
        {
            Calling.Dialing => SessionState.Connect,
            Calling.Waiting => SessionState.Active,
            _ => SessionState.Idle,
        }
        : Links.Max(link => link.State);

    public LinkProgress? Established => Links.FirstOrDefault(link => link.State == SessionState.Established);

    public LinkProgress? Find(int link) => Links.FirstOrDefault(candidate => candidate.Link == link);

    public SessionProgress With(LinkProgress link) => this with { Links = [.. Links.Where(other => other.Link != link.Link), link] };

    public SessionProgress Without(int link) => this with { Links = [.. Links.Where(other => other.Link != link)] };
}

/// <summary>How far one connection has come.</summary>
/// <param name="Incoming">The peer has made it.</param>
/// <param name="State">OpenSent, OpenConfirm or Established.</param>
/// <param name="IsSuccessor">It was made when another was established already: the peer has started anew (RFC 4724 §5).</param>
internal sealed record LinkProgress(int Link, bool Incoming, SessionState State, bool IsSuccessor)
{
    public OpenMessage? PeerOpen { get; init; }

    public Agreement? Agreed { get; init; }

    /// <summary>Its OPEN is in while another is established, and the peer is to choose between them.</summary>
    public bool AwaitsChoice => State == SessionState.OpenSent && Agreed is not null;
}

internal enum Calling
{
    /// <summary>Not wanted.</summary>
    Stopped,

    /// <summary>After an error: neither dials nor accepts until the pause is over.</summary>
    Pausing,

    /// <summary>Accepts, and dials when the connect retry timer expires, if it runs.</summary>
    Waiting,

    Dialing,

    /// <summary>There is a connection; if it ends, dialing begins anew.</summary>
    Done,
}
