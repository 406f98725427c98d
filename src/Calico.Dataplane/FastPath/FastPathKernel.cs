using System.Buffers.Binary;
using System.Net;
using Calico.Netlink;
using Calico.Netlink.Bpf;

namespace Calico.Dataplane.FastPath;

/// <summary>The program and its maps in the kernel.</summary>
internal sealed class FastPathKernel : IFastPathKernel
{
    /// <summary>
    /// Packets on the fast path are not seen by connection tracking, so the next one on the long way is beyond the window that it remembers. It must not be called invalid for that:
    /// with this set only a reset out of the window is.
    /// </summary>
    private const string Liberal = "net/netfilter/nf_conntrack_tcp_be_liberal";

    /// <summary>Seconds. As long as that what was decided may go on where the node is not told of a change: a connection or route that somebody else removes.</summary>
    private const int Lifetime = 1;

    /// <summary>The program calls functions of the kernel that are for such code alone; the text of it is under the project's license as well.</summary>
    private const string License = "Dual MIT/GPL";

    private const string Timeouts = "net/netfilter/nf_conntrack_";

    private static readonly byte[] _first = new byte[sizeof(int)];

    private readonly FlowMaps _maps;
    private readonly BpfProgram _program;
    private readonly NetworkNamespace? _inside;
    private readonly int _lifetime = Lifetime * KernelTicks.PerSecond();
    private readonly Dictionary<int, TcxLink> _links = [];
    private FastPathWanted _is = FastPathWanted.Nothing;
    private (int Tcp, int Udp) _timeouts; // milliseconds
    private int _generation;

    private FastPathKernel(FlowMaps maps, BpfProgram program, NetworkNamespace? inside) => (_maps, _program, _inside) = (maps, program, inside);

    public int Interfaces => _links.Count;

    /// <param name="inside">Where it is to be; null: here.</param>
    /// <exception cref="NetlinkException">The kernel cannot: too old, built without, or no right to. Nothing is left behind.</exception>
    /// <exception cref="PlatformNotSupportedException">No such machine is known here.</exception>
    public static FastPathKernel Load(NetworkNamespace? inside)
    {
        var conntrack = ConntrackTypes.Read();
        var modules = conntrack.OpenModules();
        FlowMaps? maps = null;
        try
        {
            maps = new();
            NetworkNamespace.RunIn(inside, () => Sysctl.Write(Liberal, 1)); // not before the kernel is known to have most of what it takes
            return new(maps, BpfProgram.Load("calico_fast", FastPathProgram.Write(maps, conntrack), License, modules), inside);
        }
        catch
        {
            maps?.Dispose();
            throw;
        }
        finally
        {
            foreach (var module in modules)
                module.Dispose();
        }
    }

    public void Forget()
    {
        Span<byte> state = stackalloc byte[FlowLayout.State.Size];
        Put(state, FlowLayout.State.Generation, ++_generation);
        Put(state, FlowLayout.State.Lifetime, _lifetime);
        Put(state, FlowLayout.State.TcpTimeout, _timeouts.Tcp);
        Put(state, FlowLayout.State.UdpTimeout, _timeouts.Udp);
        _maps.State.Put(_first, state);
    }

    /// <summary>What arrives puts off a connection's end by that much.</summary>
    public void ReadTimeouts()
    {
        var timeouts = NetworkNamespace.RunIn(_inside, () => (Milliseconds("tcp_timeout_established"), Milliseconds("udp_timeout_stream")));
        if (timeouts == _timeouts)
            return;

        _timeouts = timeouts;
        Forget();
    }

    /// <remarks>
    /// First what the program asks about senders, receivers and uplinks; then all that was decided by what these were is void; then the program goes to where it is to be.
    /// At an interface that it has not left yet it knows nobody by then, and sends all the long way.
    /// </remarks>
    public void Become(FastPathWanted wanted)
    {
        var workloads = Plan.Between(_is.Workloads, wanted.Workloads);
        var uplinks = Plan.BetweenKeys(_is.Uplinks, wanted.Uplinks);
        var interfaces = Plan.BetweenKeys(_is.Interfaces, wanted.Interfaces);
        if (workloads.IsEmpty && uplinks.IsEmpty && interfaces.IsEmpty)
            return;

        Apply(workloads, address => _maps.Workloads.Remove(KeyOf(address)), (address, workload) => _maps.Workloads.Put(KeyOf(address), ValueOf(workload)));
        Apply(uplinks, link => _maps.Uplinks.Remove(BitConverter.GetBytes(link)), (link, _) => _maps.Uplinks.Put(BitConverter.GetBytes(link), BitConverter.GetBytes(1)));
        Forget();
        NetworkNamespace.RunIn(_inside, () => Apply(interfaces, Detach, (link, _) => Attach(link)));
        _is = wanted;
    }

    public void Dispose()
    {
        foreach (var link in _links.Values)
            link.Dispose();
        _program.Dispose();
        _maps.Dispose();
    }

    /// <summary>First takes away what must not be, so that there is room for the rest.</summary>
    private static void Apply<TKey, TValue>(Plan<TKey, TValue> plan, Action<TKey> remove, Action<TKey, TValue> put)
        where TKey : notnull
    {
        foreach (var key in plan.Remove.Keys)
            remove(key);
        foreach (var (key, value) in plan.Put)
            put(key, value);
    }

    private void Attach(int link)
    {
        try
        {
            _links[link] = TcxLink.Attach(_program, link);
        }
        catch (NetlinkException e) when (e.Errno == Errno.ENODEV)
        {
            // it has gone meanwhile, and is not wanted any more after the next look at the links
        }
    }

    private void Detach(int link)
    {
        if (_links.Remove(link, out var attached))
            attached.Dispose();
    }

    /// <summary>As connection tracking is set; its own default where the setting cannot be read.</summary>
    private static int Milliseconds(string timeout)
    {
        const int Default = 120;
        return int.TryParse(Sysctl.Read(Timeouts + timeout), out var seconds) && seconds > 0 ? (int)Math.Min(seconds * 1000L, int.MaxValue) : Default * 1000;
    }

    private static byte[] KeyOf(IPAddress address) => address.MapToIPv6().GetAddressBytes();

    private static byte[] ValueOf(FastWorkload workload)
    {
        var value = new byte[FlowLayout.Workload.Size];
        Put(value, FlowLayout.Workload.Interface, workload.Interface);
        Put(value, FlowLayout.Workload.Limit, workload.Mtu + FlowLayout.EthernetHeader);
        workload.Mac.GetAddressBytes().CopyTo(value, FlowLayout.Workload.Ethernet);
        workload.HostMac.GetAddressBytes().CopyTo(value, FlowLayout.Workload.Ethernet + (FlowLayout.EthernetAddresses / 2));
        return value;
    }

    private static void Put(Span<byte> to, int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(to[offset..], value);
}
