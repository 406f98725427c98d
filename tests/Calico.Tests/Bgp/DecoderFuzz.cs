using System.Buffers.Binary;
using System.Globalization;
using Calico.Bgp.Messages;

namespace Calico.Tests.Bgp;

/// <summary>Real messages, damaged at random: none does harm, none makes the decoder take more memory than its length accounts for.</summary>
/// <remarks>CALICO_FUZZ_INPUTS sets how many (ten million take a few minutes), CALICO_FUZZ_SEED where to begin; a failure names its seed.</remarks>
public sealed class DecoderFuzz
{
    /// <summary>Every octet may be a prefix (24 octets, in an array and in its copy) or a fault that is put in words.</summary>
    private const int MostForAnOctet = 256;

    private const int MostForAMessage = 64 * 1024;

    [Fact]
    public void Damaged_messages_do_no_harm_and_cost_no_more_than_their_length()
    {
        var inputs = Setting("CALICO_FUZZ_INPUTS", 100_000);
        var first = Setting("CALICO_FUZZ_SEED", 0);
        var failures = 0;
        Parallel.For(first, first + inputs, (seed, loop) =>
        {
            var random = new Random(seed);
            var options = DecoderProperties.Options[random.Next(DecoderProperties.Options.Length)];
            var frame = Damage(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isHarmless = DecoderProperties.IsHarmless(frame, options);
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            if (isHarmless && taken <= MostForAMessage + frame.Length * MostForAnOctet)
                return;

            Interlocked.Increment(ref failures);
            loop.Stop();
            Assert.Fail($"seed {seed}: harmless {isHarmless}, {taken} octets for {Convert.ToHexString(frame)}");
        });

        Assert.Equal(0, failures);
    }

    private static byte[] Damage(Random random)
    {
        var body = DecoderProperties.Samples[random.Next(DecoderProperties.Samples.Length)].AsSpan(BgpMessage.HeaderLength).ToArray().ToList();
        for (var changes = random.Next(1, 8); changes > 0 && body.Count > 0; changes--)
            Damage(random, body);

        var frame = new byte[BgpMessage.HeaderLength + Math.Min(body.Count, BgpMessage.MaxLength - BgpMessage.HeaderLength)];
        frame.AsSpan(0, 16).Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)frame.Length);
        frame[18] = (byte)(random.Next(8) == 0 ? random.Next(1, 6) : (int)MessageType.Update);
        body.Take(frame.Length - BgpMessage.HeaderLength).ToArray().CopyTo(frame, BgpMessage.HeaderLength);
        return frame;
    }

    private static void Damage(Random random, List<byte> body)
    {
        var at = random.Next(body.Count);
        switch (random.Next(6))
        {
            case 0:
                body[at] = (byte)random.Next(256);
                break;
            case 1:
                body[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                body.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                body.RemoveRange(at, Math.Min(random.Next(1, 9), body.Count - at));
                break;
            case 4: // a part of another message
                var other = DecoderProperties.Samples[random.Next(DecoderProperties.Samples.Length)];
                var from = random.Next(BgpMessage.HeaderLength, other.Length);
                body.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 60))]);
                break;
            default: // lengths that are off by a little
                body[at] = (byte)(body[at] + random.Next(-2, 3));
                break;
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
