namespace Calico.Tests.Bgp;

/// <summary>Frames written down as hex with the meaning of each line after two blanks or more.</summary>
internal static class Hex
{
    public static byte[] Bytes(string annotated) => Convert.FromHexString(string.Concat(annotated
        .Split('\n')
        .Select(line => line.Trim() is var text && text.IndexOf("  ", StringComparison.Ordinal) is var end and >= 0 ? text[..end] : text)
        .Select(hex => hex.Replace(" ", "", StringComparison.Ordinal))));
}
