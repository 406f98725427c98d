using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink.Bpf;

/// <summary>A loaded module's types, held open: a program that calls the module's functions is loaded with them.</summary>
public sealed class KernelModuleTypes : IDisposable
{
    private readonly SafeFileHandle _handle;

    private KernelModuleTypes(SafeFileHandle handle) => _handle = handle;

    internal int Descriptor => (int)_handle.DangerousGetHandle();

    /// <exception cref="NetlinkException">The kernel holds no types of that module (ENOENT), or refuses.</exception>
    public static KernelModuleTypes Open(string module)
    {
        Span<byte> attributes = stackalloc byte[16];
        for (var id = 0; ;)
        {
            attributes.Clear();
            BpfCall.Put(attributes, 0, id);
            BpfCall.Do(BpfCall.NextTypesId, attributes, $"find the types of kernel module {module}");
            id = BitConverter.ToInt32(attributes[4..]); // next_id
            attributes.Clear();
            BpfCall.Put(attributes, 0, id);
            var handle = BpfCall.Own(BpfCall.Do(BpfCall.TypesById, attributes, $"open the types of kernel module {module}"));
            if (NameOf(handle) == module)
                return new(handle);

            handle.Dispose();
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>struct bpf_btf_info: where to write the types, their size, the id, where to write the name, its size, whether it is the kernel's.</summary>
    private static unsafe string NameOf(SafeFileHandle types)
    {
        var name = new byte[64];
        Span<byte> told = stackalloc byte[40];
        Span<byte> attributes = stackalloc byte[16];
        told.Clear();
        attributes.Clear();
        fixed (byte* namePlace = name, toldPlace = told)
        {
            BpfCall.Put(told, 16, namePlace);
            BpfCall.Put(told, 24, name.Length);
            BpfCall.Put(attributes, 0, (int)types.DangerousGetHandle());
            BpfCall.Put(attributes, 4, told.Length);
            BpfCall.Put(attributes, 8, toldPlace);
            BpfCall.Do(BpfCall.InfoByDescriptor, attributes, "read whose a kernel module's types are");
        }

        return Encoding.ASCII.GetString(name).TrimEnd('\0');
    }
}
