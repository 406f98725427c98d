using System.Net;

namespace Calico.Lab.Plan;

/// <summary>One namespace of the lab and its place on the network.</summary>
/// <param name="Name">The host name, also the name of its port on the switch.</param>
/// <param name="Address">Its address on its network; null for the switch.</param>
/// <param name="Gateway">Where its default route goes, if it has one.</param>
public sealed record Machine(string Name, MachineRole Role, IPAddress? Address, IPAddress? Gateway)
{
    /// <summary>The interface on the LAN, as in the tutorial.</summary>
    public const string LanInterface = "ens32";

    public static readonly IPAddress LanGateway = IPAddress.Parse("192.168.26.2");
    public static readonly IPAddress ClientGateway = IPAddress.Parse("10.99.0.1");

    public static readonly Machine Switch = new("switch", MachineRole.Switch, Address: null, Gateway: null);
    public static readonly Machine Router = new("tor", MachineRole.Router, LanGateway, Gateway: null);
    public static readonly Machine Client = new("client", MachineRole.Client, IPAddress.Parse("10.99.0.10"), ClientGateway);

    /// <summary>Whether it has a mount and a process namespace of its own; the switch is a network alone.</summary>
    public bool Boots => Role != MachineRole.Switch;

    /// <summary>Whether it is plugged into the switch.</summary>
    public bool IsOnLan => Role is MachineRole.Host or MachineRole.Router;

    /// <summary>A hardware address that stays the same when the machine comes back, as a real one's does; otherwise neighbours would hold a stale one.</summary>
    public string HardwareAddress => $"02:ca:{string.Join(':', (Address ?? IPAddress.Any).GetAddressBytes().Select(part => part.ToString("x2")))}";

    /// <summary>The <paramref name="index"/>th host, from 0: <c>vms100</c> at 192.168.26.100.</summary>
    public static Machine Host(int index) =>
        new($"vms{100 + index}", MachineRole.Host, IPAddress.Parse($"192.168.26.{100 + index}"), LanGateway);
}

/// <summary>What a machine does in the lab.</summary>
public enum MachineRole
{
    Switch,
    Host,
    Router,
    Client,
}
