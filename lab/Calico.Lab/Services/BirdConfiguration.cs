using Calico.Lab.Plan;

namespace Calico.Lab.Services;

/// <summary>The router's bird.conf: what the operator of a physical router would set up, once, for a rack of hosts.</summary>
internal static class BirdConfiguration
{
    public static string For(LabPlan plan) =>
        $$"""
        # The rack's router, AS 65001: takes the hosts' blocks (AS 64512) and tells them of the network behind it.
        router id {{Machine.LanGateway}};
        log stderr all;
        graceful restart wait 30;

        protocol device { scan time 5; }

        protocol static behind {
            ipv4;
            route 10.99.0.0/24 via "lan10";
        }

        protocol kernel {
            ipv4 {
                import none;
                export where source = RTS_BGP;
            };
        }

        template bgp host {
            local {{Machine.LanGateway}} as 65001;
            # A host that has no peer of our address turns us away; then waiting for it to call is quicker than calling again.
            passive on;
            graceful restart on;
            hold time 30;
            ipv4 {
                import all;
                export where proto = "behind";
                next hop self;
            };
        }

        {{string.Join('\n', plan.HostMachines.Select(host => $"protocol bgp {host.Name} from host {{ neighbor {host.Address} as 64512; }}"))}}

        """;
}
