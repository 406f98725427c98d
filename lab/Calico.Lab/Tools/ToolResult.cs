namespace Calico.Lab.Tools;

/// <summary>What a program answered.</summary>
public sealed record ToolResult(int ExitStatus, string Output, string Error)
{
    public bool Succeeded => ExitStatus == 0;

    /// <summary>Everything it said, for an error message.</summary>
    public string Said => $"{Output}{Error}".Trim();
}
