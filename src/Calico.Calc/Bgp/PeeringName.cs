using System.Net;
using Calico.Model.Hosts;

namespace Calico.Calc.Bgp;

/// <summary>Names of peerings as Calico names BIRD's protocols: <c>Mesh_192_168_26_101</c>, <c>Global_2001__103_port_500</c>.</summary>
internal static class PeeringName
{
    public const ushort UsualPort = 179;

    public static string Of(BgpPeeringType type, IPAddress address, ushort? port)
    {
        var name = $"{type}_{address.ToString().Replace('.', '_').Replace(':', '_')}";
        return port is null or UsualPort ? name : $"{name}_port_{port}";
    }
}
