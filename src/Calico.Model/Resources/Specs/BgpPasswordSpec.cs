namespace Calico.Model.Resources.Specs;

/// <summary>Where the password of a BGP session is to be found.</summary>
/// <remarks>
/// Under Kubernetes it is in a Secret. Here it is in a file of each host that runs the session, laid out as a mounted Secret is:
/// <c>/etc/calico/secrets/NAME/KEY</c>.
/// </remarks>
public sealed record BgpPasswordSpec
{
    public SecretKeyReference? SecretKeyRef { get; init; }
}

public sealed record SecretKeyReference
{
    public string? Name { get; init; }

    public string? Key { get; init; }
}
