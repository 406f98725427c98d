using Calico.Model.Values;

namespace Calico.Datastore.Configuration;

/// <summary>Makes sense of settings, wherever they were written, and says what makes none.</summary>
internal static class SettingsReader
{
    private const string DefaultAuthority = "127.0.0.1:2379"; // of the v1 form

    public static DatastoreSettings Read(ISettingValues values)
    {
        var hasEndpoints = values.Get("etcdEndpoints") is not null || values.Get("etcdAuthority") is not null;
        var type = values.Get("datastoreType") ?? values.DefaultType ?? (hasEndpoints ? "etcdv3" : "embedded");
        return type.ToLowerInvariant() switch
        {
            "embedded" or "sqlite" => ReadEmbedded(values),
            "etcdv3" => ReadEtcd(values, []),
            "etcdv2" => ReadEtcd(values, [$"{values.Source}: datastoreType etcdv2 is read as etcd over its v3 API"]),
            "kubernetes" => throw Wrong(
                values, "datastoreType", type, "the kubernetes datastore is not supported: write embedded, or etcdv3 with etcdEndpoints"),
            _ => throw Wrong(values, "datastoreType", type, "it is one of embedded, etcdv3 and, of the old form, etcdv2"),
        };
    }

    private static DatastoreSettings ReadEmbedded(ISettingValues values)
    {
        var path = values.Get("datastorePath") ?? DatastoreSettings.DefaultPath;
        if (!Path.IsPathRooted(path))
            throw Wrong(values, "datastorePath", path, "write an absolute path");

        return new() { Path = path, Source = values.Source };
    }

    private static DatastoreSettings ReadEtcd(ISettingValues values, ValueList<string> notices)
    {
        if (values.Get("etcdDiscoverySrv") is { } domain)
            throw Wrong(values, "etcdDiscoverySrv", domain, "discovery by DNS is not supported: list the members in etcdEndpoints");

        Together(values, "etcdUsername", "etcdPassword");
        var etcd = new EtcdSettings
        {
            Endpoints = ReadEndpoints(values),
            Username = values.Get("etcdUsername"),
            Password = values.Get("etcdPassword"),
            CaCertificate = ReadPem(values, "etcdCACert"),
            Certificate = ReadPem(values, "etcdCert"),
            Key = ReadPem(values, "etcdKey"),
        };
        if (etcd.Certificate is null != etcd.Key is null)
            throw new ConfigurationException($"{values.Source}: a client certificate and its key go together: set both etcdCert… and etcdKey…, or neither");

        return new() { Etcd = etcd, Source = values.Source, Notices = notices };
    }

    private static ValueList<Uri> ReadEndpoints(ISettingValues values)
    {
        var name = values.Get("etcdEndpoints") is null && values.DefaultType is not null ? "etcdAuthority" : "etcdEndpoints";
        var text = name == "etcdEndpoints"
            ? values.Get(name)
            : $"{values.Get("etcdScheme") ?? "http"}://{values.Get("etcdAuthority") ?? DefaultAuthority}";
        if (text is null)
            throw new ConfigurationException($"{values.Source}: no etcd endpoints: set {values.Place("etcdEndpoints")}, such as http://192.168.26.100:2379");

        var endpoints = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(endpoint => ReadEndpoint(values, name, endpoint))
            .Distinct()
            .ToValueList();
        if (endpoints.Select(endpoint => endpoint.Scheme).Distinct().Count() != 1)
            throw Wrong(values, name, text, "give at least one, and all with http or all with https");

        return endpoints;
    }

    private static Uri ReadEndpoint(ISettingValues values, string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Host.Length > 0
            && endpoint is { AbsolutePath: "/", Query: "" }
            ? endpoint
            : throw Wrong(values, name, text, "an endpoint is written http://HOST:2379 or https://HOST:2379");

    private static PemSource? ReadPem(ISettingValues values, string name) => (values.Get($"{name}File"), values.Get(name)) switch
    {
        ({ } path, null) => new PemSource.InFile(path),
        (null, { } text) => new PemSource.Inline(text),
        (null, null) => null,
        _ => throw new ConfigurationException($"{values.Place(name)}: {name} and {name}File exclude each other: keep one"),
    };

    private static void Together(ISettingValues values, string one, string other)
    {
        if (values.Get(one) is null != values.Get(other) is null)
            throw new ConfigurationException($"{values.Source}: {values.Place(one)} and {values.Place(other)} go together: set both or neither");
    }

    private static ConfigurationException Wrong(ISettingValues values, string name, string value, string remedy) =>
        new($"{values.Place(name)} is '{value}': {remedy}");
}
