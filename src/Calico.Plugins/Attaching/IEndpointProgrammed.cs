namespace Calico.Plugins.Attaching;

/// <summary>The dataplane, as attaching sees it.</summary>
public interface IEndpointProgrammed
{
    /// <summary>Ends when the kernel has the routes and the policy of the workload behind this interface of the host, as the store wants them.</summary>
    /// <remarks>The endpoint is in the store and the interface is there when this is called.</remarks>
    Task WaitAsync(string interfaceName, CancellationToken cancellation);
}
