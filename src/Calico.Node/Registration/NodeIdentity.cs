namespace Calico.Node.Registration;

/// <summary>What tells this host from another that calls itself by the same name: a random id, made at the first start and kept in a file.</summary>
internal static class NodeIdentity
{
    /// <summary>The annotation of the Node resource that holds it.</summary>
    public const string Annotation = "calico-sharp/node-id";

    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static string ReadOrCreate(string stateFolder)
    {
        var file = Path.Combine(stateFolder, "node-id");
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } known)
            return known;

        Directory.CreateDirectory(stateFolder);
        var made = Guid.NewGuid().ToString("N");
        WriteWhole(file, made + "\n");
        return made;
    }

    /// <summary>Keeps the node's name, so that a changed host name does not make another node of it.</summary>
    public static void RememberName(string stateFolder, string name) => WriteWhole(Path.Combine(stateFolder, "nodename"), name + "\n");

    public static string? RememberedName(string stateFolder)
    {
        var file = Path.Combine(stateFolder, "nodename");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }

    /// <summary>The file holds the old text or the new, whenever the power fails.</summary>
    private static void WriteWhole(string file, string text)
    {
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }
}
