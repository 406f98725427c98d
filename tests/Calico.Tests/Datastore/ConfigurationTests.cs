using Calico.Datastore.Configuration;

namespace Calico.Tests.Datastore;

public sealed class ConfigurationTests
{
    [Fact]
    public void The_old_form_of_the_tutorial_is_read_as_etcd_over_v3_with_a_notice()
    {
        var settings = ConfigurationFile.Parse(
            """
            apiVersion: v1
            kind: calicoApiConfig
            metadata:
            spec:
              datastoreType: "etcdv2"
              etcdEndpoints: "http://192.168.26.100:2379"
            """, "calicoctl.cfg");

        Assert.Equal(DatastoreType.EtcdV3, settings.Type);
        Assert.Equal(["http://192.168.26.100:2379/"], settings.Etcd?.Endpoints.Select(endpoint => $"{endpoint}") ?? []);
        Assert.Equal("calicoctl.cfg: datastoreType etcdv2 is read as etcd over its v3 API", Assert.Single(settings.Notices));
    }

    [Fact]
    public void The_present_form_is_read_with_all_that_etcd_needs()
    {
        var settings = ConfigurationFile.Parse(
            """
            apiVersion: projectcalico.org/v3
            kind: CalicoAPIConfig
            metadata: {}
            spec:
              etcdEndpoints: https://a:2379, https://b:2379
              etcdUsername: calico
              etcdPassword: secret
              etcdKeyFile: /etc/calico/key.pem
              etcdCertFile: /etc/calico/cert.pem
              etcdCACert: |
                -----BEGIN CERTIFICATE-----
            """, "calicoctl.cfg");

        Assert.Equal(2, settings.Etcd?.Endpoints.Count);
        Assert.Equal(new PemSource.InFile("/etc/calico/key.pem"), settings.Etcd?.Key);
        Assert.IsType<PemSource.Inline>(settings.Etcd?.CaCertificate);
        Assert.DoesNotContain("secret", $"{settings}", StringComparison.Ordinal);
        Assert.Empty(settings.Notices);
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("sqlite")]
    public void The_embedded_store_is_named_with_its_file(string type)
    {
        var settings = ConfigurationFile.Parse(
            $$"""{"apiVersion": "projectcalico.org/v3", "kind": "CalicoAPIConfig", "spec": {"datastoreType": "{{type}}", "datastorePath": "/tmp/x.db"} }""", "f");

        Assert.Equal((DatastoreType.Embedded, "/tmp/x.db"), (settings.Type, settings.Path));
    }

    [Theory]
    [InlineData("apiVersion: v2\nkind: CalicoAPIConfig\nspec: {}", "unknown APIVersion 'v2'")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: calicoApiConfig\nspec: {}", "expected kind 'CalicoAPIConfig', got 'calicoApiConfig'")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoint: http://a:2379", "f:4: invalid config file: unknown key 'etcdEndpoint' in spec")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspecs: {}", "f:3: invalid config file: unknown key 'specs'")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoints: [a, b]", "f:4: invalid config file: etcdEndpoints must be one value")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoints: 192.168.26.100:2379", "f:4: etcdEndpoints is '192.168.26.100:2379': an endpoint is written http://")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoints: http://a:1,https://b:2", "all with http or all with https")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  datastoreType: consul", "f:4: datastoreType is 'consul'")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  datastoreType: kubernetes", "not supported")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  datastoreType: etcdv3", "no etcd endpoints")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoints: http://a:1\n  etcdUsername: u", "set both or neither")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  etcdEndpoints: http://a:1\n  etcdKeyFile: /k", "go together")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n  datastorePath: x.db", "absolute path")]
    [InlineData("apiVersion: projectcalico.org/v3\nkind: \"CalicoAPIConfig\nspec: {", "f:")]
    [InlineData("", "expected one document")]
    [InlineData("- a", "expected one document")]
    public void What_is_wrong_is_named_with_its_place(string text, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse(text, "f"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_nothing_set_the_store_is_the_embedded_one_at_its_usual_place()
    {
        var settings = DatastoreSettings.FromEnvironment(_ => null);

        Assert.Equal((DatastoreType.Embedded, "/var/lib/calico/calico.db"), (settings.Type, settings.Path));
    }

    [Fact]
    public void The_environment_names_etcd_and_the_prefixed_form_wins()
    {
        var settings = FromEnvironment(
            ("ETCD_ENDPOINTS", "http://a:2379"), ("CALICO_ETCD_ENDPOINTS", "http://b:2379"), ("ETCD_CA_CERT_FILE", "/ca.pem"), ("ETCD_USERNAME", ""));

        Assert.Equal(["b"], settings.Etcd?.Endpoints.Select(endpoint => endpoint.Host) ?? []);
        Assert.Equal(new PemSource.InFile("/ca.pem"), settings.Etcd?.CaCertificate);
        Assert.Null(settings.Etcd?.Username);
    }

    [Fact]
    public void The_environment_names_the_file_of_the_embedded_store()
    {
        var settings = FromEnvironment(("DATASTORE_TYPE", "embedded"), ("CALICO_DATASTORE_PATH", "/tmp/y.db"), ("ETCD_ENDPOINTS", "http://a:1"));

        Assert.Equal((DatastoreType.Embedded, "/tmp/y.db"), (settings.Type, settings.Path));
    }

    [Fact]
    public void A_wrong_variable_is_named() => Assert.StartsWith(
        "CALICO_DATASTORE_TYPE is 'zookeeper'",
        Assert.Throws<ConfigurationException>(() => FromEnvironment(("CALICO_DATASTORE_TYPE", "zookeeper"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_named_file_must_exist_and_alone_counts()
    {
        var path = Path.Combine(Path.GetTempPath(), $"calico-{Guid.NewGuid():n}.cfg");
        Assert.StartsWith($"Error reading config file: {path}", Assert.Throws<ConfigurationException>(Load).Message, StringComparison.Ordinal);

        File.WriteAllText(path, "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n");
        try
        {
            Assert.Equal((DatastoreType.Embedded, path), (Load().Type, Load().Source));
        }
        finally
        {
            File.Delete(path);
        }

        DatastoreSettings Load() => DatastoreSettings.Load(path, name => name == "ETCD_ENDPOINTS" ? "http://a:1" : null);
    }

    private static DatastoreSettings FromEnvironment(params (string Name, string Value)[] variables) =>
        DatastoreSettings.FromEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
