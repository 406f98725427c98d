using Calico.Model.Values;

namespace Calico.Datastore.Configuration;

/// <summary>How etcd is reached.</summary>
public sealed record EtcdSettings
{
    /// <summary>All with one scheme, http or https, and no path: <c>https://192.168.26.100:2379</c>.</summary>
    public required ValueList<Uri> Endpoints { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Whom to believe; null: the machine's own certificate authorities.</summary>
    public PemSource? CaCertificate { get; init; }

    /// <summary>What to show; null: nothing. Goes with <see cref="Key"/>.</summary>
    public PemSource? Certificate { get; init; }

    public PemSource? Key { get; init; }

    // A password must not end up in a log by way of a record's own ToString.
    public override string ToString() => string.Join(',', Endpoints);
}

/// <summary>PEM text, or the file that holds it; a file is read again for each new connection, so that a renewed certificate is taken up.</summary>
public abstract record PemSource
{
    private PemSource()
    {
    }

    public sealed record InFile(string Path) : PemSource;

    public sealed record Inline(string Text) : PemSource
    {
        public override string ToString() => "inline PEM";
    }
}
