namespace Calico.Netlink.Bpf;

/// <summary>The kernel's helpers that our programs call, by their numbers (enum bpf_func_id in linux/bpf.h, where each is described).</summary>
public enum BpfFunction
{
    LookUpElement = 1,
    UpdateElement = 2,
    DeleteElement = 3,
    Redirect = 23,
    LookUpRoute = 69, // bpf_fib_lookup
    Jiffies = 118,
    RedirectPeer = 155,
}
