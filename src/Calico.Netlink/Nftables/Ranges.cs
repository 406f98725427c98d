namespace Calico.Netlink.Nftables;

/// <summary>Joins the starts and ends that the kernel lists of an interval set back into ranges.</summary>
internal static class Ranges
{
    public static List<Element> Join(List<(Element Element, bool IsEnd)> parts)
    {
        // Where one range ends and the next starts, the end comes first.
        var sorted = parts.OrderBy(part => part.Element.Key).ThenBy(part => !part.IsEnd);
        var joined = new List<Element>();
        Element? open = null;
        foreach (var (element, isEnd) in sorted)
        {
            if (open is not null)
                joined.Add(Close(open, element.Key.Predecessor()));

            open = isEnd ? null : element;
        }

        if (open is not null)
            joined.Add(Close(open, open.Key.Largest()));

        return joined;
    }

    private static Element Close(Element open, NftValue last) => open with { KeyEnd = last == open.Key ? null : last };
}
