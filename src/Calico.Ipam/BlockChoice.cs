using System.Net;
using System.Text;
using Calico.Model.Addresses;

namespace Calico.Ipam;

/// <summary>In which order a host tries the blocks of a pool.</summary>
internal static class BlockChoice
{
    /// <summary>Every block once, starting where the host's name says and going round, past what is in the way.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="blockSize">The prefix length of a block.</param>
    /// <param name="host">Hosts start in different places, so that they seldom want the same block, and each tries its old one again.</param>
    /// <param name="obstacle">What overlaps a block and forbids it, or null. All of a larger obstacle is jumped over at once.</param>
    public static IEnumerable<IPNetwork> Candidates(IPNetwork pool, int blockSize, string host, Func<IPNetwork, IPNetwork?> obstacle)
    {
        var hostBits = pool.BaseAddress.BitLength - blockSize;
        var count = UInt128.One << (blockSize - pool.PrefixLength);
        var first = pool.BaseAddress.ToBits();
        var start = Hash(host) % count;
        for (var step = UInt128.Zero; step < count;)
        {
            var index = (start + step) % count;
            var block = new IPNetwork(AddressArithmetic.FromBits(first + (index << hostBits), pool.BaseAddress.AddressFamily), blockSize);
            if (obstacle(block) is not { } inTheWay)
            {
                yield return block;
                step++;
            }
            else
            {
                // An obstacle may reach past the end of the pool; there the round goes on at its beginning.
                var last = (inTheWay.BaseAddress.ToBits() + (inTheWay.Size - 1) - first) >> hostBits;
                step += UInt128.Min(UInt128.Max(last, index), count - 1) - index + 1;
            }
        }
    }

    /// <summary>FNV-1, 32 bits, which Calico uses for this.</summary>
    public static uint Hash(string host)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(host))
            hash = unchecked(hash * 16777619u) ^ octet;
        return hash;
    }
}
