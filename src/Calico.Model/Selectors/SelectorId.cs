using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace Calico.Model.Selectors;

/// <summary>The name Calico gives a selector: SHA-224, which the BCL does not have, over its canonical text.</summary>
/// <remarks>FIPS 180-4: SHA-224 is SHA-256 (section 6.2) from another initial value (5.3.2), the last word of the result cut off.</remarks>
internal static class SelectorId
{
    private const int BlockLength = 64;
    private const int HashLength = 28;

    private static readonly uint[] Initial =
        [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];

    private static readonly uint[] RoundConstants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    public static string Of(string canonicalText) => Of("s", canonicalText);

    /// <summary>Calico's way to name by content (libcalico-go/lib/hash): the prefix stands before the hash and in what is hashed.</summary>
    internal static string Of(string prefix, string content) => $"{prefix}:{Base64Url.EncodeToString(Sha224(Encoding.UTF8.GetBytes($"{prefix}:{content}")))}";

    internal static byte[] Sha224(ReadOnlySpan<byte> message)
    {
        // The message, a one bit, zeros, and the length in bits in the last eight bytes of a block.
        var padded = new byte[(message.Length + 1 + sizeof(ulong) + BlockLength - 1) / BlockLength * BlockLength];
        message.CopyTo(padded);
        padded[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - sizeof(ulong)), (ulong)message.Length * 8);

        Span<uint> state = stackalloc uint[8];
        Initial.CopyTo(state);
        for (var offset = 0; offset < padded.Length; offset += BlockLength)
            Compress(state, padded.AsSpan(offset, BlockLength));

        var hash = new byte[HashLength];
        for (var i = 0; i < HashLength / sizeof(uint); i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(i * sizeof(uint)), state[i]);
        return hash;
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var i = 0; i < 16; i++)
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..]);
        for (var i = 16; i < w.Length; i++)
            w[i] = Mix(w[i - 2], 17, 19, w[i - 2] >> 10) + w[i - 7] + Mix(w[i - 15], 7, 18, w[i - 15] >> 3) + w[i - 16];

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < w.Length; i++)
        {
            var first = h + Mix(e, 6, 11, BitOperations.RotateRight(e, 25)) + ((e & f) ^ (~e & g)) + RoundConstants[i] + w[i];
            var second = Mix(a, 2, 13, BitOperations.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        ReadOnlySpan<uint> round = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < state.Length; i++)
            state[i] += round[i];
    }

    private static uint Mix(uint word, int first, int second, uint third) =>
        BitOperations.RotateRight(word, first) ^ BitOperations.RotateRight(word, second) ^ third;
}
