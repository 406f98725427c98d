using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Calico.Datastore.Configuration;

namespace Calico.Datastore.Etcd;

/// <summary>Whom to believe and what to show. Files are read again for each connection, so renewed ones are taken up.</summary>
internal static class EtcdTls
{
    /// <summary>Null where the endpoints speak plain text.</summary>
    /// <exception cref="DatastoreException">A certificate or key cannot be read now; the message names it.</exception>
    public static SslClientAuthenticationOptions? Options(EtcdSettings settings)
    {
        if (settings.Endpoints[0].Scheme != Uri.UriSchemeHttps)
            return null;

        var options = new SslClientAuthenticationOptions();
        if (settings.CaCertificate is { } authority)
        {
            LoadAuthorities(authority);
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors, authority);
        }

        if (settings is { Certificate: { } certificate, Key: { } key })
        {
            LoadClientCertificate(certificate, key).Dispose();
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => LoadClientCertificate(certificate, key);
        }

        return options;
    }

    /// <summary>A name that does not match stays an error; only the chain is judged by our own authorities.</summary>
    private static bool IsTrusted(X509Certificate? shown, SslPolicyErrors errors, PemSource authority)
    {
        if (shown is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(LoadAuthorities(authority));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var certificate = new X509Certificate2(shown);
        return chain.Build(certificate);
    }

    private static X509Certificate2Collection LoadAuthorities(PemSource source) => Load(source, "CA certificate", text =>
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(text);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
    });

    private static X509Certificate2 LoadClientCertificate(PemSource certificate, PemSource key) => Load(
        certificate, "client certificate", text => Load(key, "client key", keyText => X509Certificate2.CreateFromPem(text, keyText)));

    private static T Load<T>(PemSource source, string what, Func<string, T> parse)
    {
        var place = source is PemSource.InFile named ? named.Path : "the configuration";
        try
        {
            return parse(source switch
            {
                PemSource.InFile file => File.ReadAllText(file.Path),
                PemSource.Inline inline => inline.Text,
                _ => "",
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new DatastoreException($"etcd's {what} in {place} cannot be used: {e.Message}", e);
        }
    }
}
