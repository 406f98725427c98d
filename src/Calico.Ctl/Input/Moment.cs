using System.Globalization;
using Calico.Ctl.Commands;
using Calico.Datastore.Resources;
using Calico.Model.Values;

namespace Calico.Ctl.Input;

/// <summary>A point of the datastore's past as users name it: a revision, a time, or how long ago.</summary>
internal sealed record Moment
{
    private readonly string _text;
    private readonly long? _revision;
    private readonly DateTimeOffset _time;

    private Moment(string text, long? revision, DateTimeOffset time) => (_text, _revision, _time) = (text, revision, time);

    /// <param name="option">The option's name, for the message.</param>
    /// <param name="text"><c>1234</c>; <c>2026-11-02T09:30</c>, local time without an offset; <c>09:30</c>, today; <c>30m</c>, or <c>-30m</c>, ago.</param>
    /// <param name="clock">For what is relative.</param>
    /// <exception cref="CommandException">It is none of these, or lies in the future.</exception>
    public static Moment Parse(string option, string text, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > 0)
            return new(text, revision, now);
        if (Duration.TryParse(text, out var ago))
            return new(text, revision: null, now - ago.Value.Duration());
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
            throw new CommandException($"{option} '{text}' is neither a revision (1234), nor a time (2026-11-02T09:30, 09:30), nor how long ago (30m)");

        return time <= now ? new(text, revision: null, time) : throw new CommandException($"{option} '{text}' is {time:u}, which has yet to come");
    }

    /// <summary>The store's revision then; of a time, tells <paramref name="notices"/> which it is and what was the last change before it.</summary>
    public async Task<long> RevisionAsync(Cluster cluster, TextWriter notices, CancellationToken cancellation)
    {
        if (_revision is { } known)
            return known;

        var past = await PastRevision.FindAsync(cluster.Store, _time, cancellation);
        await notices.WriteLineAsync($"Notice: {_text} was revision {past.Revision}; the last change of a resource before it: {past.Note.Time:u}, {past.Note.Author}");
        return past.Revision;
    }
}
