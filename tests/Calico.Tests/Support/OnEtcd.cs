namespace Calico.Tests.Support;

/// <summary>The suites that run on every store, on an etcd that they share.</summary>
[CollectionDefinition(nameof(OnEtcd))]
public sealed class OnEtcd : ICollectionFixture<EtcdPlace>
{
    [Collection(nameof(OnEtcd))]
    public sealed class IpamClientTests(EtcdPlace place) : Ipam.IpamClientTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class IpamCheckTests(EtcdPlace place) : Ipam.IpamCheckTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class ReserveTests(EtcdPlace place) : Ipam.ReserveTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class ResourceStoreTests(EtcdPlace place) : Datastore.ResourceStoreTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class PoolMoveTests(EtcdPlace place) : Ctl.PoolMoveTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class IpamCommandTests(EtcdPlace place) : Ctl.IpamCommandTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class HistoryTests(EtcdPlace place) : Ctl.HistoryTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class NodeRemovalTests(EtcdPlace place) : Ctl.NodeRemovalTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class ResourceCommandTests(EtcdPlace place) : Ctl.ResourceCommandTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class V1ImportTests(EtcdPlace place) : Ctl.V1ImportTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class DatastoreCommandTests(EtcdPlace place) : Ctl.DatastoreCommandTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class SyncerTests(EtcdPlace place) : Datastore.SyncerTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class OfflineTests(EtcdPlace place) : Plugins.OfflineTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class MigrationExportTests(EtcdPlace place) : Ctl.MigrationExportTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class LeakWatchTests(EtcdPlace place) : Plugins.LeakWatchTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class IpamDriverTests(EtcdPlace place) : Plugins.IpamDriverTests(place);

    [Collection(nameof(OnEtcd))]
    public sealed class LastKnownTests(EtcdPlace place) : Datastore.LastKnownTests(place);
}
