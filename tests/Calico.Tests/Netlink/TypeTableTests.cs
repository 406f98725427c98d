using System.Text;
using Calico.Netlink;
using Calico.Netlink.Bpf;

namespace Calico.Tests.Netlink;

public sealed class TypeTableTests
{
    private const int Integer = 1, Structure = 4, Union = 5, Typedef = 8, Const = 10, Function = 12, Prototype = 13;

    [Fact]
    public void A_function_and_the_place_of_a_member_are_found_by_name()
    {
        var table = new TypeTable(Kernel(), below: null);

        Assert.Equal(7, table.Find(TypeKind.Function, "look_up"u8));
        var outer = Assert.IsType<int>(table.Find(TypeKind.Structure, "conn"u8));
        Assert.Equal((16, 3), table.Member(outer, "proto"u8)); // a typedef of a constant union
        Assert.Equal((4, 1), table.Member(3, "state"u8));
        Assert.Null(table.Member(outer, "flags"u8)); // begins within an octet
        Assert.Null(table.Member(outer, "none"u8));
        Assert.Null(table.Find(TypeKind.Structure, "look_up"u8));
    }

    [Fact]
    public void A_modules_types_go_on_from_the_kernels()
    {
        var kernel = new TypeTable(Kernel(), below: null);
        var writer = new Writer(kernelStrings: KernelText().StringsLength);
        writer.Add(Structure, "entry", 24, ("held", 5, 64));
        writer.Add(Function, "release", 6);
        var module = new TypeTable(writer.Bytes(), kernel);

        Assert.Equal(9, module.Find(TypeKind.Function, "release"u8));
        Assert.Equal((8, 5), module.Member(8, "held"u8));
        Assert.Equal((16, 3), module.Member(5, "proto"u8));
    }

    [Fact]
    public void What_is_cut_short_or_points_nowhere_is_an_error_of_its_own()
    {
        var whole = Kernel();
        for (var length = 0; length < whole.Length; length++)
            AskAll(whole[..length]);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0xFF;
            AskAll(damaged);
        }

        static void AskAll(byte[] bytes)
        {
            try
            {
                var table = new TypeTable(bytes, below: null);
                _ = table.Find(TypeKind.Function, "look_up"u8);
                if (table.Find(TypeKind.Structure, "conn"u8) is { } outer)
                    _ = table.Member(outer, "proto"u8) is { } found ? table.Member(found.Type, "state"u8) : null;
            }
            catch (NetlinkException e)
            {
                Assert.Contains("unreadable answer from the kernel", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Kernel() => KernelText().Bytes();

    private static Writer KernelText()
    {
        var writer = new Writer(kernelStrings: 0);
        writer.Add(Integer, "long", 8, extra: 64); // 1
        writer.Add(Union, "any", 8, ("state", 1, 32)); // 2
        writer.Add(Typedef, "any_t", 4); // 3
        writer.Add(Const, "", 2); // 4
        writer.Add(Structure, "conn", 24, ("status", 1, 0), ("flags", 1, 67), ("proto", 3, 128)); // 5
        writer.Add(Prototype, "", 0); // 6
        writer.Add(Function, "look_up", 6); // 7
        return writer;
    }

    /// <summary>Types as in a file of /sys/kernel/btf.</summary>
    private sealed class Writer(int kernelStrings)
    {
        private readonly List<int> _types = [];
        private readonly List<byte> _strings = kernelStrings == 0 ? [0] : [];

        public int StringsLength => _strings.Count;

        public void Add(int kind, string name, int sizeOrType, params ReadOnlySpan<(string Name, int Type, int Bits)> members)
        {
            _types.AddRange([Text(name), (kind << 24) | members.Length, sizeOrType]);
            foreach (var member in members)
                _types.AddRange([Text(member.Name), member.Type, member.Bits]);
        }

        public void Add(int kind, string name, int size, int extra)
        {
            Add(kind, name, size);
            _types.Add(extra);
        }

        public byte[] Bytes()
        {
            int[] header = [0x0001EB9F, 24, 0, _types.Count * 4, _types.Count * 4, _strings.Count];
            return [.. header.Concat(_types).SelectMany(BitConverter.GetBytes), .. _strings];
        }

        private int Text(string text)
        {
            if (text.Length == 0)
                return 0;

            var at = kernelStrings + _strings.Count;
            _strings.AddRange([.. Encoding.ASCII.GetBytes(text), 0]);
            return at;
        }
    }
}
