namespace Calico.Bgp.Attributes;

/// <summary>RFC 4271 §5.1.1: where the prefix came into BGP; the lower the better.</summary>
internal enum Origin : byte
{
    Igp = 0,
    Egp = 1,
    Incomplete = 2,
}
