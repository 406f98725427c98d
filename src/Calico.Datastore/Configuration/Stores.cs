using Calico.Datastore.Etcd;
using Calico.Datastore.Sqlite;
using Microsoft.Extensions.Logging;

namespace Calico.Datastore.Configuration;

public static class Stores
{
    /// <summary>Opens the store that the settings name.</summary>
    /// <param name="settings">Which, and how.</param>
    /// <param name="author">Who writes, kept with each change: <c>calico-node@vms100</c>, <c>calicoctl apply</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Of warnings.</param>
    /// <exception cref="DatastoreException">The embedded store cannot be opened, or a certificate cannot be read. An etcd that is away shows at the first call.</exception>
    public static IStore Open(DatastoreSettings settings, string author, TimeProvider time, ILogger logger) => settings.Etcd is null
        ? SqliteStore.Open(new() { Path = settings.Path, Author = author }, time, logger)
        : new EtcdStore(settings.Etcd, time);
}
