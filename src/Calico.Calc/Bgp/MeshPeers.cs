using Calico.Model.Hosts;

namespace Calico.Calc.Bgp;

/// <summary>The full mesh: every pair of nodes that share a family, but for route reflectors.</summary>
internal static class MeshPeers
{
    public static IEnumerable<BgpPeering> Of(BgpNode self, BgpNodes nodes)
    {
        if (!nodes.MeshEnabled || self.ClusterId is not null)
            yield break;

        foreach (var node in nodes.All)
        {
            if (node.Name == self.Name || node.ClusterId is not null)
                continue;

            foreach (var address in node.Addresses)
            {
                if (self.AddressFor(address) is { } local && !local.Equals(address))
                {
                    yield return new()
                    {
                        Name = PeeringName.Of(BgpPeeringType.Mesh, address, port: null),
                        Type = BgpPeeringType.Mesh,
                        Address = address,
                        Port = node.ListenPort,
                        As = node.As,
                        LocalAs = self.As,
                        LocalAddress = local,
                        Password = nodes.Cluster.NodeMeshPassword?.SecretKeyRef,
                        MaxRestartTime = nodes.Cluster.NodeMeshMaxRestartTime?.Value,
                        Bfd = nodes.Cluster.NodeMeshBfd,
                        Passive = string.CompareOrdinal(address.ToString(), local.ToString()) > 0,
                    };
                }
            }
        }
    }
}
