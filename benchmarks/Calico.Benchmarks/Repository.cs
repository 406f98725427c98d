namespace Calico.Benchmarks;

/// <summary>The checkout that this program was built in.</summary>
internal static class Repository
{
    /// <exception cref="BenchException">The program was moved out of it.</exception>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Calico.slnx")))
                return folder;
        }

        throw new BenchException("calico-bench runs where it was built: in the repository, by ./dev bench");
    }
}
