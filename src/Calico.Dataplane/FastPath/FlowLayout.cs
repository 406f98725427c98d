namespace Calico.Dataplane.FastPath;

/// <summary>Where things stand in the maps that the program and this process share, in octets; numbers are the machine's, addresses and ports as on the wire.</summary>
internal static class FlowLayout
{
    /// <summary>Key of a flow: source and destination address, source and destination port, protocol in four octets. All but the last is what the kernel calls a tuple.</summary>
    public static int KeySize(bool isIPv4) => TupleSize(isIPv4) + 4;

    /// <summary>struct bpf_sock_tuple, of one family.</summary>
    public static int TupleSize(bool isIPv4) => (2 * AddressSize(isIPv4)) + 4;

    public static int AddressSize(bool isIPv4) => isIPv4 ? 4 : 16;

    /// <summary>Of a flow: by which interface its packets come, and by which they go on.</summary>
    public static class Flow
    {
        /// <summary>Index of the interface that packets must come in by.</summary>
        public const int In = 0;

        /// <summary>Index of the interface they go to; 0: they go the long way.</summary>
        public const int Out = 4;

        /// <summary>In the kernel's ticks, 32 bits of them: it is not believed after that.</summary>
        public const int Until = 8;

        /// <summary>Believed only while it is that of <see cref="State"/>.</summary>
        public const int Generation = 12;

        /// <summary>The largest frame that may go there as it is, with its Ethernet header.</summary>
        public const int Limit = 16;

        /// <summary>1: the interface is the host's end of a workload's pair, and packets go right to the other end.</summary>
        public const int IsPeer = 20;

        /// <summary>The new Ethernet addresses, destination and source.</summary>
        public const int Ethernet = 24;

        public const int Size = 40;
    }

    /// <summary>Of a workload's address: key of 16 octets, IPv4 as ::ffff:a.b.c.d.</summary>
    public static class Workload
    {
        public const int KeySize = 16;

        public const int Interface = 0;
        public const int Limit = 4;
        public const int Ethernet = 8;
        public const int Size = 24;
    }

    /// <summary>The only element of an array: what is the same for all flows.</summary>
    public static class State
    {
        public const int Generation = 0;

        /// <summary>How long a flow is believed, in the kernel's ticks.</summary>
        public const int Lifetime = 4;

        /// <summary>Milliseconds that connection tracking keeps an established connection without a packet.</summary>
        public const int TcpTimeout = 8;

        public const int UdpTimeout = 12;
        public const int Size = 16;
    }

    /// <summary>Destination and source address of an Ethernet header.</summary>
    public const int EthernetAddresses = 12;

    public const int EthernetHeader = 14;
}
