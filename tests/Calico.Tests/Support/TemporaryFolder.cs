namespace Calico.Tests.Support;

/// <summary>A folder of one test's own, gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("calico-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
