using System.Globalization;
using System.Runtime.InteropServices;

namespace Calico.Model.Values;

/// <summary>A BGP community as users write it: <c>aa:nn</c> (RFC 1997) or <c>aa:nn:mm</c> (RFC 8092).</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CommunityValue(uint First, uint Second, uint? Third)
{
    public bool IsLarge => Third is not null;

    public static bool TryParse(string? text, out CommunityValue value)
    {
        value = default;
        var parts = text?.Split(':') ?? [];
        if (parts.Length is not (2 or 3))
            return false;

        Span<uint> numbers = stackalloc uint[3];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || (parts.Length == 2 && numbers[i] > ushort.MaxValue))
                return false;
        }

        value = new(numbers[0], numbers[1], parts.Length == 3 ? numbers[2] : null);
        return true;
    }

    public override string ToString() => Third is { } third ? $"{First}:{Second}:{third}" : $"{First}:{Second}";
}
