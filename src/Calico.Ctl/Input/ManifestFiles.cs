namespace Calico.Ctl.Input;

/// <summary>The files behind <c>-f</c>: a file, a folder, or <c>-</c> for standard input.</summary>
internal static class ManifestFiles
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <param name="names">As given to <c>-f</c>.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="recursive">A folder's folders too.</param>
    /// <param name="skipEmpty">A file without a resource is no error.</param>
    /// <exception cref="CommandException">Something could not be read; every error of every file is named.</exception>
    public static IReadOnlyList<ManifestResource> Read(IEnumerable<string> names, TextReader input, bool recursive, bool skipEmpty)
    {
        var resources = new List<ManifestResource>();
        var errors = new List<string>();
        foreach (var file in names.SelectMany(name => Expand(name, recursive)))
        {
            var manifest = Open(file, input, (name, text) => Manifest.Read(name, text));
            resources.AddRange(manifest.Resources);
            errors.AddRange(manifest.Errors);
            if (manifest is { Resources: [], Errors: [] } && !skipEmpty)
                errors.Add($"{(file == "-" ? "stdin" : file)}: no resources in it (--skip-empty allows that)");
        }

        return errors.Count == 0 ? resources : throw new CommandException($"failed to execute command: {string.Join('\n', errors)}");
    }

    /// <summary>Reads one file, or standard input by <c>-</c>.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static T Open<T>(string file, TextReader input, Func<string, TextReader, T> read)
    {
        if (file == "-")
            return read("stdin", input);

        try
        {
            using var text = File.OpenText(file);
            return read(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"failed to execute command: {file} cannot be read: {e.Message}");
        }
    }

    private static IEnumerable<string> Expand(string name, bool recursive)
    {
        if (name == "-" || !Directory.Exists(name))
            return File.Exists(name) || name == "-" ? [name] : throw new CommandException($"failed to execute command: {name}: no such file or directory");

        var depth = recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        return Directory.EnumerateFiles(name, "*", depth).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal);
    }
}
