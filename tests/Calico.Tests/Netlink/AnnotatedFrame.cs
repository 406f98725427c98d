namespace Calico.Tests.Netlink;

/// <summary>Bytes as hex on the left, what they mean on the right, two blanks or more between.</summary>
internal static class AnnotatedFrame
{
    public static byte[] Bytes(string frame) => Convert.FromHexString(string.Concat(
        frame.Split('\n').Select(line => line.Trim().Split("  ", 2)[0].Replace(" ", "", StringComparison.Ordinal))));
}
