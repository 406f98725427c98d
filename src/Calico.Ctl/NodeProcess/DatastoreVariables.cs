using Calico.Datastore.Configuration;

namespace Calico.Ctl.NodeProcess;

/// <summary>The settings of the datastore as the variables that calico-node reads.</summary>
internal static class DatastoreVariables
{
    /// <exception cref="CommandException">Something has no variable: PEM text given inline.</exception>
    public static IEnumerable<(string Variable, string? Value)> Of(DatastoreSettings settings) => settings.Etcd is not { } etcd
        ? [("DATASTORE_TYPE", "embedded"), ("DATASTORE_PATH", settings.Path)]
        :
        [
            ("DATASTORE_TYPE", "etcdv3"),
            ("ETCD_ENDPOINTS", string.Join(',', etcd.Endpoints.Select(endpoint => endpoint.GetLeftPart(UriPartial.Authority)))),
            ("ETCD_USERNAME", etcd.Username),
            ("ETCD_PASSWORD", etcd.Password),
            ("ETCD_CA_CERT_FILE", FileOf(etcd.CaCertificate, "etcdCACert")),
            ("ETCD_CERT_FILE", FileOf(etcd.Certificate, "etcdCert")),
            ("ETCD_KEY_FILE", FileOf(etcd.Key, "etcdKey")),
        ];

    private static string? FileOf(PemSource? source, string field) => source switch
    {
        null => null,
        PemSource.InFile file => Path.GetFullPath(file.Path),
        _ => throw new CommandException($"calico-node takes its certificates from files: put the text of {field} into one and write {field}File"),
    };
}
