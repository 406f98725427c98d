namespace Calico.Bgp.Messages;

/// <summary>The error codes of a NOTIFICATION (RFC 4271 §4.5, RFC 7313 §5, RFC 9687 §3).</summary>
internal enum ErrorCode : byte
{
    Header = 1,
    Open = 2,
    Update = 3,
    HoldTimerExpired = 4,
    StateMachine = 5,
    Cease = 6,
    RouteRefresh = 7,
    SendHoldTimerExpired = 8,
}

/// <summary>RFC 4271 §6.1.</summary>
internal enum HeaderError : byte
{
    ConnectionNotSynchronized = 1,
    BadMessageLength = 2,
    BadMessageType = 3,
}

/// <summary>RFC 4271 §6.2, RFC 5492 §5, RFC 9234 §5.</summary>
internal enum OpenError : byte
{
    Unspecific = 0,
    UnsupportedVersion = 1,
    BadPeerAs = 2,
    BadIdentifier = 3,
    UnsupportedParameter = 4,
    UnacceptableHoldTime = 6,
    UnsupportedCapability = 7,
    RoleMismatch = 11,
}

/// <summary>RFC 4271 §6.3.</summary>
internal enum UpdateError : byte
{
    MalformedAttributeList = 1,
    UnrecognizedWellKnownAttribute = 2,
    OptionalAttribute = 9,
    InvalidNetworkField = 10,
}

/// <summary>RFC 6608 §3: in which state the unexpected message came.</summary>
internal enum StateMachineError : byte
{
    InOpenSent = 1,
    InOpenConfirm = 2,
    InEstablished = 3,
}

/// <summary>RFC 4486 §3, RFC 8538 §3, RFC 9384 §3.</summary>
internal enum CeaseReason : byte
{
    MaximumPrefixesReached = 1,
    AdministrativeShutdown = 2,
    PeerDeconfigured = 3,
    AdministrativeReset = 4,
    ConnectionRejected = 5,
    OtherConfigurationChange = 6,
    ConnectionCollisionResolution = 7,
    OutOfResources = 8,
    HardReset = 9,
    BfdDown = 10,
}
