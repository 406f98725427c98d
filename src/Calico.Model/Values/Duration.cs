using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Calico.Model.Addresses;

namespace Calico.Model.Values;

/// <summary>A length of time as Calico's files write it, in Go's form: <c>10s</c>, <c>3m20s</c>, <c>1.5h</c>, <c>300ms</c>.</summary>
[JsonConverter(typeof(DurationJson))]
public readonly partial record struct Duration(TimeSpan Value)
{
    public static bool TryParse(string text, out Duration duration)
    {
        duration = default;
        if (text == "0")
            return true;
        if (!Whole().IsMatch(text))
            return false;

        var total = 0d;
        foreach (Match part in Part().Matches(text))
        {
            total += double.Parse(part.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) * part.Groups["unit"].Value switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                _ => 1e-6,
            };
        }

        if (total > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;

        duration = new(TimeSpan.FromSeconds(text.StartsWith('-') ? -total : total));
        return true;
    }

    /// <summary>As Go prints it: <c>1h0m0s</c>, <c>3m20s</c>, <c>0.3s</c>.</summary>
    public override string ToString()
    {
        var time = Value.Duration();
        var seconds = (time.TotalSeconds % 60).ToString("0.######", CultureInfo.InvariantCulture) + "s";
        var text = time.TotalHours >= 1 ? $"{(long)time.TotalHours}h{time.Minutes}m{seconds}" : time.TotalMinutes >= 1 ? $"{time.Minutes}m{seconds}" : seconds;
        return Value < TimeSpan.Zero ? "-" + text : text;
    }

    [GeneratedRegex(@"^-?(\d+(\.\d+)?(h|ms|m|s|us|µs))+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(?<count>\d+(\.\d+)?)(?<unit>h|ms|m|s|us|µs)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}

internal sealed class DurationJson : TextJson<Duration>
{
    protected override string Expected => "a time such as 10s or 3m20s";

    protected override bool TryParse(string text, out Duration value) => Duration.TryParse(text, out value);
}
