namespace Calico.Lab.Demo;

/// <summary>A step of WALKTHROUGH.md.</summary>
/// <param name="Number">Its number there.</param>
/// <param name="Play">Types its commands and checks what they show.</param>
internal sealed record DemoStep(int Number, string Title, Func<Stage, CancellationToken, Task> Play);
