using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Datastore.Etcd;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Datastore;

/// <summary>TLS with certificates on both sides, and logins.</summary>
public sealed class EtcdSecurityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Certificates_of_the_right_authority_are_needed_on_both_sides()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed: ./dev provision");
        using var ours = NewAuthority("ours");
        using var others = NewAuthority("others");
        WriteCertificate("server", ours);
        WriteCertificate("client", ours);
        WriteCertificate("stranger", others);
        await using var etcd = await EtcdCluster.StartAsync(
            1,
            ["--cert-file", PathOf("server.pem"), "--key-file", PathOf("server.key"), "--trusted-ca-file", PathOf("ours.pem"), "--client-cert-auth"],
            "https");

        await using var right = Open(etcd, "ours", "client");
        await UntilAsync(() => right.GetAsync("/calico/a", Cancellation));
        await right.CommitAsync([StoreWrite.Put("/calico/a", new byte[] { 1 })], Cancellation);

        await ReadAsToldAsync(etcd);
        await using var wrongAuthority = Open(etcd, "others", "client");
        await using var stranger = Open(etcd, "ours", "stranger");
        await using var nobody = Open(etcd, "ours", client: null);
        foreach (var store in new[] { wrongAuthority, stranger, nobody })
        {
            var error = await Assert.ThrowsAsync<DatastoreException>(() => store.GetAsync("/calico/a", Cancellation));
            Assert.Contains($"{etcd.Endpoints[0].GetLeftPart(UriPartial.Authority)}: ", error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>By variables, and by a file, as node and calicoctl are told.</summary>
    private async Task ReadAsToldAsync(EtcdCluster etcd)
    {
        var (endpoint, ca, certificate, key) = (etcd.Endpoints[0].GetLeftPart(UriPartial.Authority), PathOf("ours.pem"), PathOf("client.pem"), PathOf("client.key"));
        var variables = new Dictionary<string, string>
        {
            ["ETCD_ENDPOINTS"] = endpoint,
            ["ETCD_CA_CERT_FILE"] = ca,
            ["CALICO_ETCD_CERT_FILE"] = certificate,
            ["ETCD_KEY_FILE"] = key,
        };
        var file = PathOf("calicoctl.cfg");
        await File.WriteAllTextAsync(
            file,
            $$$"""{"apiVersion": "projectcalico.org/v3", "kind": "CalicoAPIConfig", "spec": {"etcdEndpoints": "{{{endpoint}}}", "etcdCACertFile": "{{{ca}}}", "etcdCertFile": "{{{certificate}}}", "etcdKeyFile": "{{{key}}}"}}""",
            Cancellation);
        foreach (var settings in new[] { DatastoreSettings.FromEnvironment(variables.GetValueOrDefault), DatastoreSettings.Load(file, _ => null) })
        {
            await using var told = Stores.Open(settings, "test", TimeProvider.System, NullLogger.Instance);
            Assert.NotNull(await told.GetAsync("/calico/a", Cancellation));
        }
    }

    [Fact]
    public void A_certificate_that_cannot_be_read_is_named_when_the_store_is_opened()
    {
        var settings = new EtcdSettings { Endpoints = [new Uri("https://127.0.0.1:2379")], CaCertificate = new PemSource.InFile(PathOf("missing.pem")) };

        var error = Assert.Throws<DatastoreException>(() => new EtcdStore(settings, TimeProvider.System));

        Assert.Contains(PathOf("missing.pem"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_is_made_and_a_wrong_one_or_none_is_told()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed: ./dev provision");
        await using var etcd = await EtcdCluster.StartAsync(1);
        foreach (var command in new[] { "user add root:secret", "user grant-role root root", "user add guest:guest", "auth enable" })
            await etcd.ControlAsync(command.Split(' '));

        await using var root = Open(etcd, "root", "secret");
        await root.CommitAsync([StoreWrite.Put("/calico/a", new byte[] { 1 })], Cancellation);
        await using var watch = root.WatchAsync("/calico/", 1, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await watch.MoveNextAsync());

        await ExpectAsync("root", "wrong", "check etcdUsername and etcdPassword");
        await ExpectAsync(null, null, "set etcdUsername and etcdPassword");
        await ExpectAsync("guest", "guest", "grant its role read and write");

        async Task ExpectAsync(string? user, string? password, string remedy)
        {
            await using var store = Open(etcd, user, password);
            var error = await Assert.ThrowsAsync<DatastoreException>(() => store.GetAsync("/calico/a", Cancellation));
            Assert.Contains("refused to read /calico/a", error.Message, StringComparison.Ordinal);
            Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        }

        static EtcdStore Open(EtcdCluster etcd, string? user, string? password) =>
            new(new EtcdSettings { Endpoints = [etcd.Endpoints[0]], Username = user, Password = password }, TimeProvider.System);
    }

    private static async Task UntilAsync(Func<Task> attempt)
    {
        for (var left = 100; ; left--)
        {
            try
            {
                await attempt();
                return;
            }
            catch (DatastoreException) when (left > 0)
            {
                await Task.Delay(100, Cancellation);
            }
        }
    }

    private EtcdStore Open(EtcdCluster etcd, string authority, string? client) => new(
        new EtcdSettings
        {
            Endpoints = [etcd.Endpoints[0]],
            CaCertificate = new PemSource.InFile(PathOf($"{authority}.pem")),
            Certificate = client is null ? null : new PemSource.InFile(PathOf($"{client}.pem")),
            Key = client is null ? null : new PemSource.InFile(PathOf($"{client}.key")),
        },
        TimeProvider.System);

    private X509Certificate2 NewAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(PathOf($"{name}.pem"), authority.ExportCertificatePem());
        return authority;
    }

    private void WriteCertificate(string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], critical: false)); // server, client
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private string PathOf(string file) => Path.Combine(_folder.Path, file);
}
