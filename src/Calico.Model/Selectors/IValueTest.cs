using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>What a selector asks of the value of a label that is there.</summary>
internal interface IValueTest
{
    public bool Holds(string value);
}

internal readonly struct Present : IValueTest
{
    public bool Holds(string value) => true;
}

internal readonly struct EqualTo(string wanted) : IValueTest
{
    private readonly string _wanted = CommonText.Of(wanted);

    public bool Holds(string value) => IsSame(_wanted, value);

    /// <summary>Values are mostly one string for all who have read them, and most that differ do so before a comparison of all their characters has to be called.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSame(string wanted, string value) => ReferenceEquals(wanted, value)
        || (wanted.Length == value.Length && wanted.Length > 0 && wanted[0] == value[0] && wanted[^1] == value[^1] && wanted.AsSpan().SequenceEqual(value))
        || wanted.Length + value.Length == 0;
}

/// <summary>One of so few values that to compare each is quicker than to search by halves.</summary>
internal readonly struct OneOfFew : IValueTest
{
    /// <summary>So many may be compared in turn.</summary>
    public const int Most = 8;

    private readonly string[] _wanted;
    private readonly ulong _bits;

    public OneOfFew(string[] wanted)
    {
        _wanted = Array.ConvertAll(wanted, text => CommonText.Of(text));
        foreach (var text in wanted)
            _bits |= BitOf(text);
    }

    public bool Holds(string value) => (_bits & BitOf(value)) != 0 && IsAmongThem(value);

    /// <summary>One of 64 bits that values are spread over: most that are none of the wanted ones have another than all of these.</summary>
    private static ulong BitOf(string value) => value.Length == 0 ? 1 : 1ul << (value[^1] + (value.Length * 5));

    private bool IsAmongThem(string value)
    {
        foreach (var wanted in _wanted)
        {
            if (EqualTo.IsSame(wanted, value))
                return true;
        }

        return false;
    }
}

/// <param name="wanted">In ordinal order.</param>
internal readonly struct OneOfMany(string[] wanted) : IValueTest
{
    public bool Holds(string value) => Array.BinarySearch(wanted, value, StringComparer.Ordinal) >= 0;
}

internal readonly struct StartingWith(string wanted) : IValueTest
{
    private const int HeadLength = sizeof(ulong) / sizeof(char);

    private readonly ulong _head = Head(wanted.PadRight(HeadLength, '\0'));
    private readonly ulong _mask = Head(new string('\uffff', Math.Min(HeadLength, wanted.Length)).PadRight(HeadLength, '\0'));

    /// <summary>Four characters are compared at once: most texts differ by then.</summary>
    public bool Holds(string value) => value.Length >= HeadLength
        ? (Head(value) & _mask) == _head && (wanted.Length <= HeadLength || BeginsWithAll(value))
        : BeginsWithAll(value);

    /// <remarks>By itself, so that the code around it needs no more registers than what is mostly enough does.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool BeginsWithAll(string value) => value.AsSpan().StartsWith(wanted);

    /// <summary>The first four characters, of a text that has so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Head(string text) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(text.AsSpan())));
}

internal readonly struct EndingWith(string wanted) : IValueTest
{
    public bool Holds(string value) => value.AsSpan().EndsWith(wanted);
}

internal readonly struct Containing(string wanted) : IValueTest
{
    public bool Holds(string value) => value.Contains(wanted, StringComparison.Ordinal);
}
