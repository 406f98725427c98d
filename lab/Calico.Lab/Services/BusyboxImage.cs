using System.Formats.Tar;
using System.Text;
using Calico.Lab.Machines;
using Calico.Lab.State;
using Calico.Lab.Tools;

namespace Calico.Lab.Services;

/// <summary>The image <c>busybox:latest</c>, made from Debian's busybox-static: no registry is asked.</summary>
internal static class BusyboxImage
{
    private const string Binary = "/bin/busybox";
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;

    /// <summary>Writes the file tree as a tar archive, with a link for each applet.</summary>
    public static async Task WriteAsync(LabFolder folder, CancellationToken cancel)
    {
        var applets = await Tool.MustAsync("making the busybox image", [Binary, "--list"], input: null, cancel);
        await using var file = File.Create(folder.At("busybox.tar"));
        await using var tar = new TarWriter(file, TarEntryFormat.Ustar);
        foreach (var name in (string[])["bin", "dev", "etc", "proc", "root", "sys", "var"])
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.Directory, name) { Mode = Executable }, cancel);

        await tar.WriteEntryAsync(
            new UstarTarEntry(TarEntryType.Directory, "tmp") { Mode = Executable | UnixFileMode.StickyBit | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite },
            cancel);
        await AddAsync(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n", cancel);
        await AddAsync(tar, "etc/group", "root:x:0:\nnogroup:x:65534:\n", cancel);
        await using var binary = File.OpenRead(Binary);
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = Executable, DataStream = binary }, cancel);
        foreach (var applet in applets.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(applet => applet != "busybox"))
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" }, cancel);
    }

    /// <summary>Gives a host's engine the image, unless it has it.</summary>
    public static async Task ImportAsync(LabFolder folder, RunningMachine host, CancellationToken cancel)
    {
        if ((await host.RunAsync(["docker", "image", "inspect", "busybox:latest"], cancel)).Succeeded)
            return;

        await Tool.MustAsync(
            $"giving {host.Machine.Name} the busybox image",
            host.Enter(["docker", "import", "-c", "CMD [\"sh\"]", folder.At("busybox.tar"), "busybox:latest"]),
            input: null,
            cancel);
    }

    private static async Task AddAsync(TarWriter tar, string name, string text, CancellationToken cancel)
    {
        using var content = new MemoryStream(Encoding.ASCII.GetBytes(text));
        await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = Readable, DataStream = content }, cancel);
    }
}
