namespace Calico.Tests.Support;

/// <summary>The suites that run on every store, on the embedded one.</summary>
public static class OnSqlite
{
    public sealed class IpamClientTests(SqlitePlace place) : Ipam.IpamClientTests(place), IClassFixture<SqlitePlace>;

    public sealed class IpamCheckTests(SqlitePlace place) : Ipam.IpamCheckTests(place), IClassFixture<SqlitePlace>;

    public sealed class ReserveTests(SqlitePlace place) : Ipam.ReserveTests(place), IClassFixture<SqlitePlace>;

    public sealed class ResourceStoreTests(SqlitePlace place) : Datastore.ResourceStoreTests(place), IClassFixture<SqlitePlace>;

    public sealed class PoolMoveTests(SqlitePlace place) : Ctl.PoolMoveTests(place), IClassFixture<SqlitePlace>;

    public sealed class IpamCommandTests(SqlitePlace place) : Ctl.IpamCommandTests(place), IClassFixture<SqlitePlace>;

    public sealed class HistoryTests(SqlitePlace place) : Ctl.HistoryTests(place), IClassFixture<SqlitePlace>;

    public sealed class NodeRemovalTests(SqlitePlace place) : Ctl.NodeRemovalTests(place), IClassFixture<SqlitePlace>;

    public sealed class ResourceCommandTests(SqlitePlace place) : Ctl.ResourceCommandTests(place), IClassFixture<SqlitePlace>;

    public sealed class V1ImportTests(SqlitePlace place) : Ctl.V1ImportTests(place), IClassFixture<SqlitePlace>;

    public sealed class DatastoreCommandTests(SqlitePlace place) : Ctl.DatastoreCommandTests(place), IClassFixture<SqlitePlace>;

    public sealed class SyncerTests(SqlitePlace place) : Datastore.SyncerTests(place), IClassFixture<SqlitePlace>;

    public sealed class OfflineTests(SqlitePlace place) : Plugins.OfflineTests(place), IClassFixture<SqlitePlace>;

    public sealed class MigrationExportTests(SqlitePlace place) : Ctl.MigrationExportTests(place), IClassFixture<SqlitePlace>;

    public sealed class LeakWatchTests(SqlitePlace place) : Plugins.LeakWatchTests(place), IClassFixture<SqlitePlace>;

    public sealed class IpamDriverTests(SqlitePlace place) : Plugins.IpamDriverTests(place), IClassFixture<SqlitePlace>;

    public sealed class LastKnownTests(SqlitePlace place) : Datastore.LastKnownTests(place), IClassFixture<SqlitePlace>;
}
