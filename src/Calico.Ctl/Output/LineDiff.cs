namespace Calico.Ctl.Output;

/// <summary>What two texts say differently, line by line: <c>-</c> of the first alone, <c>+</c> of the second alone, with some lines around.</summary>
internal static class LineDiff
{
    private const int Around = 3;

    /// <summary>What differs in so many pairs of lines is shown as a whole.</summary>
    private const long MostPairs = 4_000_000;

    public static IReadOnlyList<string> Write(string before, string after)
    {
        var lines = Compare(before.Split('\n'), after.Split('\n'));
        var shown = new List<string>();
        var last = -1;
        foreach (var (index, line) in lines.Index())
        {
            if (!lines.Skip(index - Around).Take((2 * Around) + 1 + Math.Min(0, index - Around)).Any(near => near.Mark != ' '))
                continue;
            if (index > last + 1)
                shown.Add("  ...");
            shown.Add($"{line.Mark} {line.Text}");
            last = index;
        }

        return shown;
    }

    private static List<(char Mark, string Text)> Compare(string[] before, string[] after)
    {
        var most = Math.Min(before.Length, after.Length);
        var start = 0;
        while (start < most && before[start] == after[start])
            start++;
        var end = 0;
        while (end < most - start && before[^(end + 1)] == after[^(end + 1)])
            end++;

        return
        [
            .. before[..start].Select(line => (' ', line)),
            .. Middle(before[start..^end], after[start..^end]),
            .. before[^end..].Select(line => (' ', line)),
        ];
    }

    /// <summary>By the longest common subsequence.</summary>
    private static IEnumerable<(char Mark, string Text)> Middle(string[] before, string[] after)
    {
        var (i, j) = (0, 0);
        if ((long)before.Length * after.Length <= MostPairs)
        {
            var common = CommonFrom(before, after);
            while (i < before.Length && j < after.Length)
            {
                if (before[i] == after[j])
                {
                    yield return (' ', before[i]);
                    (i, j) = (i + 1, j + 1);
                }
                else
                {
                    yield return common[i + 1, j] >= common[i, j + 1] ? ('-', before[i++]) : ('+', after[j++]);
                }
            }
        }

        for (; i < before.Length; i++)
            yield return ('-', before[i]);
        for (; j < after.Length; j++)
            yield return ('+', after[j]);
    }

    /// <returns>How many lines, in their order, are common to what follows the one place and the other.</returns>
    private static int[,] CommonFrom(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        return common;
    }
}
