using System.Security.Cryptography;
using System.Text;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>One rule of a chain: when all matches hold, the verdict.</summary>
/// <param name="Verdict">What then happens.</param>
/// <param name="Matches">In order of their cost.</param>
/// <param name="Origin">What it stems from, in words for whoever lists the table; empty of fixed rules.</param>
/// <param name="IsCounted">Packets and bytes are counted.</param>
internal sealed record FirewallRule(Verdict Verdict, ValueList<Match> Matches, string Origin = "", bool IsCounted = false)
{
    internal const int LongestComment = 120; // nft's own limit is 128 with the final zero

    private string? _tag;

    /// <summary>A copy that is about to be changed makes its own tag.</summary>
    private FirewallRule(FirewallRule original) =>
        (Verdict, Matches, Origin, IsCounted) = (original.Verdict, original.Matches, original.Origin, original.IsCounted);

    /// <summary>The rule's comment in the kernel: its origin and a hash of all of it, by which it is known again and tampering shows.</summary>
    public string Tag => _tag ??= MakeTag();

    /// <summary>The sets and maps that it looks into.</summary>
    public IEnumerable<string> Sets => Matches
        .Select(match => match switch
        {
            Match.AddressIn address => address.Set,
            Match.PortIn port => port.Set,
            Match.AddressAndPortIn port => port.Set,
            Match.InterfaceAndSource source => source.Set,
            _ => null,
        })
        .Append(Verdict switch
        {
            Verdict.Dispatch dispatch => dispatch.Map,
            Verdict.DispatchPort dispatch => dispatch.Map,
            Verdict.DispatchAddress dispatch => dispatch.Map,
            _ => null,
        })
        .OfType<string>();

    public bool Equals(FirewallRule? other) =>
        other is not null && (Verdict, Origin, IsCounted) == (other.Verdict, other.Origin, other.IsCounted) && Matches.Equals(other.Matches);

    public override int GetHashCode() => HashCode.Combine(Verdict, Matches, Origin);

    /// <summary>Much as nft(8) would print it.</summary>
    public override string ToString() => $"{string.Concat(Matches.Select(match => $"{match} "))}{(IsCounted ? "counter " : "")}{Verdict}";

    private string MakeTag()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{this} # {Origin}")))[..12];
        var origin = Origin.Length + hash.Length < LongestComment ? Origin : Origin[..(LongestComment - hash.Length - 1)];
        return origin.Length == 0 ? hash : $"{origin} {hash}";
    }
}
