using System.Text.RegularExpressions;
using Calico.Tests.Support;

namespace Calico.Tests.Architecture;

/// <summary>What the style guide of docs/development.md says of files and names, where a machine can tell.</summary>
public sealed partial class FileTests
{
    private static IEnumerable<string> Sources => new[] { "src", "lab", "tests", "benchmarks" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories));

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.Empty(Sources.Where(file => File.ReadLines(file).Count() > 400).ToList());

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Assert.Empty(Sources.Where(file => SaysNothing().IsMatch(Path.GetFileNameWithoutExtension(file))).ToList());

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Processor|Wrapper|Impl|Common)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SaysNothing();
}
