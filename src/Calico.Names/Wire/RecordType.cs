namespace Calico.Names.Wire;

/// <summary>Kinds of records that are of interest here, by their numbers (IANA DNS parameters).</summary>
internal enum RecordType : ushort
{
    A = 1,
    Ptr = 12,
    Aaaa = 28,

    /// <summary>EDNS (RFC 6891): no record, but what the sender can take.</summary>
    Opt = 41,

    /// <summary>Only asked for: whatever there is.</summary>
    Any = 255,
}

/// <summary>RCODE, RFC 1035 §4.1.1 and RFC 6891 §9.</summary>
internal enum ResponseCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}
