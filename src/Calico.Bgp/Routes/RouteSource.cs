using System.Net;

namespace Calico.Bgp.Routes;

/// <summary>Where paths come from: a peer, or this speaker itself. Compared by identity.</summary>
internal sealed class RouteSource(string name)
{
    /// <summary>Of the prefixes that this speaker originates.</summary>
    public static readonly RouteSource Local = new("local") { IsLocal = true };

    public string Name { get; } = name;

    public bool IsLocal { get; private init; }

    public bool IsInternal
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>A client of this route reflector (RFC 4456).</summary>
    public bool IsClient
    {
        get;
        set => Set(ref field, value);
    }

    /// <summary>The peer's BGP identifier.</summary>
    public IPAddress Identifier
    {
        get;
        set => Set(ref field, value);
    } = IPAddress.Any;

    public IPAddress Address { get; set; } = IPAddress.Any;

    /// <summary>Another number whenever what others are told of its routes may be another.</summary>
    public int Version { get; private set; }

    /// <summary>How many paths of it the RIB holds; kept by the RIB.</summary>
    public int PathCount { get; set; }

    public override string ToString() => Name;

    private void Set<T>(ref T field, T value)
    {
        if (!Equals(field, value))
            Version++;
        field = value;
    }
}
