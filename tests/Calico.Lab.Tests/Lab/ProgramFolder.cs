namespace Calico.Lab.Tests.Lab;

/// <summary>A calico-lab that finds programs of the test's making before the system's own: a copy in a folder outside of the checkout.</summary>
internal sealed class ProgramFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-lab-test-").FullName;

    public ProgramFolder()
    {
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory).Where(file => Path.GetExtension(file) is ".dll" or ".json" or ""))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    public string Lab => Path.Combine(_folder, "calico-lab");

    /// <summary>Adds a program that is a shell script.</summary>
    public void Add(string name, string script)
    {
        File.WriteAllText(Path.Combine(_folder, name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(Path.Combine(_folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
