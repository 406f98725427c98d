using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

internal static class IPPoolRules
{
    /// <summary>The workloads' gateway 169.254.1.1 and their fe80:: addresses are the link's own.</summary>
    private static readonly IPNetwork[] LinkLocal = [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10")];

    public static void Check(IPPoolSpec pool, Findings findings)
    {
        if (pool.Cidr == default)
        {
            findings.Wrong("spec.cidr", value: null, "is required: a prefix such as 10.0.0.0/16");
            return;
        }

        foreach (var local in LinkLocal)
            findings.WrongIf(pool.Cidr.IsIPv4 == local.IsIPv4 && pool.Cidr.Overlaps(local), "spec.cidr", pool.Cidr, $"overlaps the link-local range {local}");

        CheckBlocks(pool, findings);
        CheckEncapsulation(pool, findings);
        CheckUses(pool, findings);
        SelectorRules.Check("spec.nodeSelector", pool.NodeSelector, findings);
    }

    private static void CheckBlocks(IPPoolSpec pool, Findings findings)
    {
        var (least, most) = pool.Cidr.IsIPv4 ? (20, 32) : (116, 128);
        var size = pool.EffectiveBlockSize;
        if (size < least || size > most)
            findings.Wrong("spec.blockSize", size, $"must be {least} to {most} for a pool of {(pool.Cidr.IsIPv4 ? "IPv4" : "IPv6")}");
        else if (pool.Cidr.PrefixLength > size && pool.Disabled != true)
            findings.Wrong("spec.cidr", pool.Cidr, $"the pool is smaller than one of its blocks: give a blockSize from {pool.Cidr.PrefixLength} to {most}");
    }

    private static void CheckUses(IPPoolSpec pool, Findings findings)
    {
        var uses = pool.AllowedUses ?? [];
        if (!uses.Contains(PoolUse.LoadBalancer))
            return;

        findings.WrongIf(uses.Count > 1, "spec.allowedUses", string.Join(',', uses), "LoadBalancer cannot be combined with Workload or Tunnel");
        findings.WrongIf(pool.DisableBGPExport == true, "spec.disableBGPExport", value: true, "LoadBalancer IP pools cannot disable BGP export");
        findings.WrongIf(
            pool.NodeSelector is not (null or "" or "all()"), "spec.nodeSelector", pool.NodeSelector, "IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()");
        findings.WrongIf(
            (pool.IpipMode ?? EncapsulationMode.Never) != EncapsulationMode.Never || (pool.VxlanMode ?? EncapsulationMode.Never) != EncapsulationMode.Never,
            "spec.allowedUses", PoolUse.LoadBalancer, "a pool for load balancers cannot use IPIP or VXLAN");
    }

    private static void CheckEncapsulation(IPPoolSpec pool, Findings findings)
    {
        var ipip = pool.IpipMode ?? EncapsulationMode.Never;
        var vxlan = pool.VxlanMode ?? EncapsulationMode.Never;
        findings.WrongIf(ipip != EncapsulationMode.Never && !pool.Cidr.IsIPv4, "spec.ipipMode", ipip, "IPIP is not supported on IPv6 pools");
        findings.WrongIf(
            ipip != EncapsulationMode.Never && vxlan != EncapsulationMode.Never, "spec.vxlanMode", vxlan, "cannot be combined with an ipipMode other than Never");
        findings.UnsupportedIf(ipip != EncapsulationMode.Never, "spec.ipipMode", ipip, "IP-in-IP is not supported by this version: only Never");
        findings.UnsupportedIf(vxlan != EncapsulationMode.Never, "spec.vxlanMode", vxlan, "VXLAN is not supported by this version: only Never");
    }
}
