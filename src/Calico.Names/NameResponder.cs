using System.Net;
using System.Runtime.InteropServices;
using Calico.Names.Wire;

namespace Calico.Names;

/// <summary>Says what to do with a query: pure, but that answers with several addresses begin with another each time.</summary>
internal sealed class NameResponder(NameDirectory directory)
{
    private int _turn;

    /// <param name="asker">The address that the query came from.</param>
    /// <param name="message">The query as it came.</param>
    /// <param name="isStream">By TCP, where an answer may be as long as it is.</param>
    /// <param name="room">Takes the answer; at least <see cref="DnsQuery.LargestSize"/>, by TCP 64 KiB.</param>
    public Reply Answer(IPAddress asker, ReadOnlySpan<byte> message, bool isStream, Span<byte> room)
    {
        if (DnsQuery.Read(message, out var fault) is not { } query)
            return fault is { } code ? new(Deed.Answer, DnsAnswer.WriteFault(message, code, room), Query: null) : Reply.Silence;

        return query.IsInternet && Find(asker, query) is { } found
            ? new(Deed.Answer, DnsAnswer.Write(message, query, found, isStream ? room : room[..query.Room]), query)
            : new(Deed.PassOn, 0, query);
    }

    private Found? Find(IPAddress asker, DnsQuery query)
    {
        if (ReverseName.Parse(query.Name) is { } address)
            return directory.FindAddress(asker, address);

        return directory.Find(asker, query.Name) is not { } found ? null : found with
        {
            Addresses = Turned([.. found.Addresses.Where(one => DnsAnswer.IsAskedFor(query.Type, one))], unchecked((uint)Interlocked.Increment(ref _turn))),
        };
    }

    private static IReadOnlyList<IPAddress> Turned(IReadOnlyList<IPAddress> all, uint turn)
    {
        if (all.Count < 2)
            return all;

        var first = (int)(turn % (uint)all.Count);
        return [.. all.Skip(first), .. all.Take(first)];
    }
}

/// <param name="Deed">What to do.</param>
/// <param name="Length">Of the answer that was written.</param>
/// <param name="Query">What was asked; null if that could not be read.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Reply(Deed Deed, int Length, DnsQuery? Query)
{
    public static readonly Reply Silence = new(Deed.Nothing, 0, Query: null);
}

internal enum Deed
{
    Nothing,
    Answer,

    /// <summary>It is about no workload that the asker may know of: whoever was asked answers.</summary>
    PassOn,
}
