using System.Net;
using System.Runtime.InteropServices;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>A port of the host that leads to one of a workload's.</summary>
/// <param name="HostAddress">The host's address; null: any.</param>
/// <param name="HostPort">At the host.</param>
/// <param name="Port">At the workload.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PublishedPort(Protocol Protocol, IPAddress? HostAddress, ushort HostPort, ushort Port);
