using System.Globalization;

namespace Calico.Plugins.Attaching;

/// <summary>What is being done, and how long each thing before it took.</summary>
internal sealed class Steps(TimeProvider time)
{
    private readonly List<(string What, long Began)> _steps = [];

    /// <summary>The one that has begun last; empty if none has.</summary>
    public string Current => _steps.Count == 0 ? "" : _steps[^1].What;

    public void Begin(string what) => _steps.Add((what, time.GetTimestamp()));

    /// <summary>Such as <c>making the link cali1: 1.5 ms; storing it: 2.0 ms</c>, as of now.</summary>
    public override string ToString()
    {
        var ends = _steps.Skip(1).Select(step => step.Began).Append(time.GetTimestamp());
        return string.Join("; ", _steps.Zip(ends, (step, end) =>
            string.Create(CultureInfo.InvariantCulture, $"{step.What}: {time.GetElapsedTime(step.Began, end).TotalMilliseconds:0.0} ms")));
    }
}
