using System.Text;

namespace Calico.Netlink.Bpf;

/// <summary>The running kernel's functions and structures, as it describes them itself (CONFIG_DEBUG_INFO_BTF): what a program must know that calls the one and reads the other.</summary>
public sealed class KernelTypes : IDisposable
{
    private const string Folder = "/sys/kernel/btf";

    private readonly NativeBytes _kernelBytes;
    private readonly NativeBytes? _moduleBytes;
    private readonly TypeTable _kernel;
    private readonly TypeTable? _module;
    private readonly string _moduleName;

    private KernelTypes(NativeBytes kernel, NativeBytes? module, string moduleName)
    {
        (_kernelBytes, _moduleBytes, _moduleName) = (kernel, module, moduleName);
        _kernel = new(kernel.Memory, below: null);
        _module = module is null ? null : new(module.Memory, _kernel);
    }

    /// <param name="module">Looked into as well, if it is a module of its own and loaded.</param>
    /// <exception cref="NetlinkException">The kernel does not describe itself.</exception>
    public static KernelTypes Read(string module)
    {
        var kernel = NativeBytes.Read($"{Folder}/vmlinux")
            ?? throw new NetlinkException($"read {Folder}/vmlinux", Errno.ENOENT, "this kernel does not describe its types");
        var moduleBytes = default(NativeBytes);
        try
        {
            moduleBytes = NativeBytes.Read($"{Folder}/{module}");
            return new(kernel, moduleBytes, module);
        }
        catch
        {
            ((IDisposable)kernel).Dispose();
            ((IDisposable?)moduleBytes)?.Dispose();
            throw;
        }
    }

    /// <exception cref="NetlinkException">There is none of that name.</exception>
    public KernelFunction Function(string name)
    {
        var text = Encoding.ASCII.GetBytes(name);
        return _kernel.Find(TypeKind.Function, text) is { } id ? new(name, id, null)
            : _module?.Find(TypeKind.Function, text) is { } there ? new(name, there, _moduleName)
            : throw new NetlinkException($"find the kernel's function {name}", Errno.ENOENT, "this kernel has none of that name");
    }

    /// <summary>Where in a structure a member stands, in octets.</summary>
    /// <param name="structure">Its name.</param>
    /// <param name="members">A member, then a member of that, and so on.</param>
    /// <exception cref="NetlinkException">There is no such structure or member.</exception>
    public int OffsetOf(string structure, params ReadOnlySpan<string> members)
    {
        var (name, path) = (Encoding.ASCII.GetBytes(structure), string.Join('.', members));
        var table = _kernel.Find(TypeKind.Structure, name) is null && _module is not null ? _module : _kernel;
        var (offset, type) = (0, table.Find(TypeKind.Structure, name));
        foreach (var member in members)
        {
            if (type is not { } outer || table.Member(outer, Encoding.ASCII.GetBytes(member)) is not { } found)
                throw new NetlinkException($"find {path} in the kernel's structure {structure}", Errno.ENOENT, "this kernel has none of that name");

            (offset, type) = (offset + found.Offset, found.Type);
        }

        return offset;
    }

    public void Dispose()
    {
        ((IDisposable)_kernelBytes).Dispose();
        ((IDisposable?)_moduleBytes)?.Dispose();
    }
}
