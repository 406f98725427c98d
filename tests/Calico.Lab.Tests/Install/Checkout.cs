using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Install;

/// <summary>What <c>./dev package</c> and <c>./dev image</c> make of this checkout.</summary>
internal static class Checkout
{
    private static readonly Lazy<Task<string>> _image = new(() => MakeAsync("build/image.sh", "calico-node-image_*_amd64.tar"));

    public static string Root { get; } = Path.GetDirectoryName(LabEnvironment.Programs) ?? "/";

    /// <summary>The archive of the image; made unless nothing has changed since it was. The package is made on the way.</summary>
    public static Task<string> ImageAsync() => _image.Value;

    public static async Task<string> PackageAsync()
    {
        await ImageAsync();
        return Find("calico-sharp_*_amd64.deb");
    }

    /// <summary>The folder of the programs as the package for another architecture holds them. Not made while the image is: both build the same projects.</summary>
    public static async Task<string> ProgramsAsync(string architecture)
    {
        await ImageAsync();
        var made = await Tool.RunAsync([Path.Combine(Root, "build/package.sh"), "--arch", architecture, "--only", "files"], input: null, TestContext.Current.CancellationToken);
        Assert.True(made.Succeeded, made.Said);
        return Path.Combine(Root, $"artifacts/package/root-{architecture}/usr/lib/calico-sharp");
    }

    /// <summary>The same package by the next version's number, beside it; not compressed, which would take longer than all else.</summary>
    public static async Task<string> NextPackageAsync(string package)
    {
        const string Repack = """
            set -e
            root=$(mktemp -d)
            trap 'rm -rf "$root"' EXIT
            dpkg-deb -R "$1" "$root"
            sed -i 's/^Version: .*/&+next/' "$root/DEBIAN/control"
            dpkg-deb --root-owner-group -Znone --build "$root" "$2" >/dev/null
            """;
        var next = Path.ChangeExtension(package, ".next");
        var made = await Tool.RunAsync(["sh", "-c", Repack, "sh", package, next], input: null, TestContext.Current.CancellationToken);
        Assert.True(made.Succeeded, made.Said);
        return next;
    }

    private static async Task<string> MakeAsync(string script, string pattern)
    {
        var made = await Tool.RunAsync([Path.Combine(Root, script)], input: null, TestContext.Current.CancellationToken);
        Assert.True(made.Succeeded, made.Said);
        return Find(pattern);
    }

    private static string Find(string pattern) =>
        Directory.GetFiles(Path.Combine(Root, "artifacts/package"), pattern).MaxBy(File.GetLastWriteTimeUtc) ?? throw new FileNotFoundException(pattern);
}
