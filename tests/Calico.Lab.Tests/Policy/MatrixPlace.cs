using System.Net;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Netlink;

namespace Calico.Lab.Tests.Policy;

/// <summary>Where probes are sent from and arrive: a container, or somebody outside.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Network">Its namespace.</param>
/// <param name="Address4">Its IPv4 address.</param>
/// <param name="Address6">Null: it has none.</param>
internal sealed record MatrixPlace(string Name, NetworkNamespace Network, IPAddress Address4, IPAddress? Address6)
{
    /// <summary>What the four containers of the matrix are to the random policies, whose selectors, ports and profiles speak of it.</summary>
    public static readonly (string Name, string Role, string? Env)[] Containers = [("one", "a", "x"), ("two", "b", null), ("three", "c", "y"), ("four", "a", null)];

    public static Labels LabelsOf(string role, string? env)
    {
        var labels = Labels.Empty.With("role", role);
        return env is null ? labels : labels.With("env", env);
    }

    public static ValueList<string> ProfilesOf(string role) => role == "b" ? ["one", "two"] : ["two"];

    public static ValueList<EndpointPort> PortsOf(string role) => role == "c" ? [Port("alt", 8080)] : [Port("web", 80), Port("alt", 443)];

    private static EndpointPort Port(string name, ushort number) => new() { Name = name, Protocol = Protocol.Tcp, Port = number };
}
