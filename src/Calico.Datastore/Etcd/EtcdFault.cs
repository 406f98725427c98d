namespace Calico.Datastore.Etcd;

/// <summary>A call to one endpoint failed.</summary>
internal sealed class EtcdFault(Uri endpoint, GrpcCode code, string what, Exception? inner = null) : Exception(what, inner)
{
    public Uri Endpoint => endpoint;

    public GrpcCode Code => code;

    /// <summary>No connection came about: the request was never sent.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Another endpoint, or the same in a moment, may do better.</summary>
    public bool IsPassing => Code is GrpcCode.Unavailable or GrpcCode.DeadlineExceeded or GrpcCode.Aborted or GrpcCode.Cancelled;

    /// <summary>The token is too old or unknown: log in again.</summary>
    public bool IsLoginNeeded => Code == GrpcCode.Unauthenticated || Message.Contains("invalid auth token", StringComparison.Ordinal);

    /// <summary>For the user: where, what, and what to do.</summary>
    public DatastoreException Explain(string doing)
    {
        var remedy = this switch
        {
            { Code: GrpcCode.ResourceExhausted } when Message.Contains("space exceeded", StringComparison.Ordinal) =>
                "etcd's quota is used up: run 'etcdctl compact' to a recent revision, then 'etcdctl defrag', then 'etcdctl alarm disarm'",
            { Code: GrpcCode.PermissionDenied } => "the etcd user may not do this: grant its role read and write on the prefix /calico/",
            { Code: GrpcCode.Unauthenticated } => "check etcdUsername and etcdPassword",
            _ when Message.Contains("user name is empty", StringComparison.Ordinal) => "this etcd wants a login: set etcdUsername and etcdPassword",
            _ when Message.Contains("authentication failed", StringComparison.Ordinal) => "check etcdUsername and etcdPassword",
            _ when Message.Contains("too many operations", StringComparison.Ordinal) => "etcd takes 128 writes in a commit (--max-txn-ops); give it fewer at once",
            _ when Message.Contains("too large", StringComparison.Ordinal) => "a value is limited to about 1.5 MB by etcd (--max-request-bytes)",
            _ => "see etcd's log",
        };
        return new($"etcd at {Endpoint.GetLeftPart(UriPartial.Authority)} refused to {doing}: {Message}: {remedy}", this);
    }
}
