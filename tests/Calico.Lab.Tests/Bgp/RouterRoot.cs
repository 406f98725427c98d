namespace Calico.Lab.Tests.Bgp;

/// <summary>The file system that a router's programs come from: the machine's own, or that of another Debian release.</summary>
/// <param name="Path">Empty for the machine's own.</param>
internal sealed record RouterRoot(string Path)
{
    private const string MachineName = "machine";

    public static readonly RouterRoot Machine = new("");

    /// <param name="suite"><c>machine</c>, or a Debian release of which <c>./dev routers</c> has made a root. A test that needs one that is not there is skipped.</param>
    public static RouterRoot Of(string suite)
    {
        var path = suite == MachineName ? "" : $"/var/cache/calico-lab/{suite}-routers";
        Assert.SkipUnless(path.Length == 0 || Directory.Exists(path), $"the routers of Debian {suite} are not here: ./dev routers {suite} gets them");
        return new(path);
    }

    public bool IsMachine => Path.Length == 0;

    public string[] Command(string program, params IEnumerable<string> arguments) =>
        IsMachine ? [program, .. arguments] : ["/usr/sbin/chroot", Path, program, .. arguments];
}
