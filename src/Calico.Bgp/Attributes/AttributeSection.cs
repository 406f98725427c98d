using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;
using static Calico.Bgp.Attributes.AttributeValues;

namespace Calico.Bgp.Attributes;

/// <summary>The path attributes of one UPDATE as they are being read, with the judgement of RFC 7606 on each.</summary>
/// <remarks>
/// RFC 4271 §4.3: each attribute is flags (1), type (1), length (1, or 2 with the extended bit), value.
/// A fault either withdraws all routes of the message or drops one attribute; only what leaves the routes unreadable ends the session.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct AttributeSection
{
    private List<string>? _faults;
    private SeenTypes _seen;
    private List<UnknownAttribute>? _unknown;
    private Origin? _origin;
    private AsPath? _asPath;
    private AsPath? _as4Path;
    private Aggregator? _aggregator;
    private Aggregator? _as4Aggregator;
    private uint? _discriminator;
    private uint? _preference;
    private bool _atomicAggregate;
    private IPAddress? _originator;
    private ValueArray<uint> _communities;
    private ValueArray<uint> _clusterList;
    private ValueArray<ulong> _extendedCommunities;
    private ValueArray<LargeCommunity> _largeCommunities;
    private uint? _onlyToCustomer;

    public IPAddress? NextHop { get; private set; }

    public MpReach? Reachable { get; private set; }

    public MpUnreach? Unreachable { get; private set; }

    public readonly ValueArray<string> Faults => _faults is null ? ValueArray<string>.Empty : _faults.ToValueArray();

    /// <summary>Treat-as-withdraw: the routes of the message are to be withdrawn.</summary>
    public bool WithdrawAll { get; private set; }

    /// <summary>RFC 4724 §2: an MP_UNREACH_NLRI without prefixes, alone.</summary>
    public readonly bool IsEndOfRib => Unreachable is { Prefixes.Count: 0 } && _seen.Count == 1;

    /// <exception cref="BgpProtocolException">The session cannot go on.</exception>
    public static AttributeSection Decode(ReadOnlySpan<byte> bytes, in CodecOptions options)
    {
        var section = new AttributeSection();
        while (!bytes.IsEmpty)
        {
            var flags = (AttributeFlags)bytes[0];
            var header = flags.HasFlag(AttributeFlags.ExtendedLength) ? 4 : 3;
            if (bytes.Length < header)
            {
                section.Withdraw($"{bytes.Length} octets are left over after the last attribute"); // RFC 7606 §4
                break;
            }

            var length = header == 4 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : bytes[2];
            if (length > bytes.Length - header)
            {
                section.Withdraw($"attribute {bytes[1]} is said to be {length} octets long, but {bytes.Length - header} are left"); // RFC 7606 §4
                break;
            }

            section.Read(flags, bytes[1], bytes[..(header + length)], bytes.Slice(header, length), options);
            bytes = bytes[(header + length)..];
        }

        return section;
    }

    /// <summary>What can only be judged once all attributes are read.</summary>
    /// <exception cref="BgpProtocolException">The session cannot go on.</exception>
    public void Check(bool hasClassicRoutes, in CodecOptions options)
    {
        if (hasClassicRoutes || Reachable is not null)
        {
            if (_origin is null)
                Withdraw("ORIGIN is missing"); // RFC 7606 §3 d, as below
            if (_asPath is null)
                Withdraw("AS_PATH is missing");
            if (hasClassicRoutes && NextHop is null)
                Withdraw("NEXT_HOP is missing");
        }
        else if (WithdrawAll && !_seen.Contains((byte)AttributeType.MpReach))
        {
            // RFC 7606 §5.2: with no route to withdraw, one may have been lost in the damage.
            throw BgpProtocolException.Update(UpdateError.MalformedAttributeList, $"an UPDATE without routes is malformed: {string.Join("; ", _faults ?? [])}");
        }

        MergeFourOctetAs(options);
        if (!WithdrawAll && !options.IsInternal && _asPath is { } path && path.First != options.PeerAs)
            Withdraw($"the AS_PATH \"{path}\" does not begin with the peer's AS {options.PeerAs}"); // RFC 4271 §6.3
    }

    public readonly PathAttributes Build(IPAddress? nextHop, IPAddress? linkLocal) => new()
    {
        Origin = _origin ?? Origin.Incomplete,
        AsPath = _asPath ?? AsPath.Empty,
        NextHop = nextHop ?? IPAddress.Any,
        LinkLocalNextHop = linkLocal,
        MultiExitDiscriminator = _discriminator,
        LocalPreference = _preference,
        AtomicAggregate = _atomicAggregate,
        Aggregator = _aggregator,
        Communities = _communities,
        OriginatorId = _originator,
        ClusterList = _clusterList,
        ExtendedCommunities = _extendedCommunities,
        LargeCommunities = _largeCommunities,
        OnlyToCustomer = _onlyToCustomer,
        Unknown = _unknown is null ? ValueArray<UnknownAttribute>.Empty : _unknown.OrderBy(attribute => attribute.Type).ToValueArray(),
    };

    /// <summary>RFC 6793 §4.2.3: what a peer with two-octet AS numbers passed on for us.</summary>
    private void MergeFourOctetAs(in CodecOptions options)
    {
        if (options.FourOctetAs)
            return;
        if (_aggregator is { As: not FourOctetAsPath.AsTrans })
            return; // the last to aggregate knew two octets only, so the AS4 attributes are older than the route
        if (_as4Aggregator is not null && _aggregator is not null)
            _aggregator = _as4Aggregator;
        if (_as4Path is not null && _asPath is not null)
            _asPath = FourOctetAsPath.Merge(_asPath, _as4Path);
    }

    private void Withdraw(string fault)
    {
        WithdrawAll = true;
        (_faults ??= []).Add($"{fault}: its routes are taken as withdrawn");
    }

    private void Discard(AttributeType type, ReadOnlySpan<byte> value) =>
        (_faults ??= []).Add($"{type} is malformed or out of place ({Convert.ToHexString(value)}): the attribute is ignored");

    private void Read(AttributeFlags flags, byte type, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> value, in CodecOptions options)
    {
        if (!_seen.Add(type))
        {
            // RFC 7606 §3 g: the first one counts, but with two MP attributes nobody knows what is meant.
            if ((AttributeType)type is AttributeType.MpReach or AttributeType.MpUnreach)
                throw BgpProtocolException.Update(UpdateError.MalformedAttributeList, $"attribute {type} comes twice");

            (_faults ??= []).Add($"attribute {type} comes twice: the second is ignored");
            return;
        }

        if (ExpectedCategory((AttributeType)type) is not { } expected)
        {
            KeepUnknown(flags, type, whole, value);
            return;
        }

        var isMultiprotocol = (AttributeType)type is AttributeType.MpReach or AttributeType.MpUnreach;
        if ((flags & Category) != expected)
        {
            Withdraw($"{(AttributeType)type} has the flags 0x{(byte)flags:x2}"); // RFC 7606 §3 c
            if (!isMultiprotocol)
                return;
        }

        if (isMultiprotocol)
            ReadMultiprotocol((AttributeType)type, value, options);
        else if (!ReadKnown((AttributeType)type, value, options))
            Withdraw($"{(AttributeType)type} is malformed ({Convert.ToHexString(value)})");
    }

    private void KeepUnknown(AttributeFlags flags, byte type, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> value)
    {
        if (!flags.HasFlag(AttributeFlags.Optional))
        {
            throw BgpProtocolException.Update( // RFC 4271 §6.3
                UpdateError.UnrecognizedWellKnownAttribute, $"attribute {type} is marked well-known but is not known here", whole);
        }

        if (flags.HasFlag(AttributeFlags.Transitive))
            (_unknown ??= []).Add(new(flags & (Category | AttributeFlags.Partial), type, ValueArray.Create(value)));
    }

    private void ReadMultiprotocol(AttributeType type, ReadOnlySpan<byte> value, in CodecOptions options)
    {
        if (type == AttributeType.MpReach)
        {
            Reachable = MpReach.Decode(value, options);
            if (Reachable is { } reach && !IsUsable(reach.NextHop, options))
                Withdraw($"the next hop {reach.NextHop} is no host's address");
        }
        else
        {
            Unreachable = MpUnreach.Decode(value, options);
        }
    }

    /// <returns>False if all routes of the message are to be withdrawn for it.</returns>
    private bool ReadKnown(AttributeType type, ReadOnlySpan<byte> value, in CodecOptions options) => type switch
    {
        AttributeType.Origin => ReadOrigin(value),
        AttributeType.AsPath => (_asPath = AsPath.Decode(value, options.FourOctetAs)) is { HasConfederation: false },
        AttributeType.NextHop => ReadNextHop(value, options),
        AttributeType.MultiExitDiscriminator => ReadNumber(value, ref _discriminator),
        AttributeType.LocalPreference => IsOutOfPlace(type, value, options) || ReadNumber(value, ref _preference),
        AttributeType.AtomicAggregate => ReadAtomicAggregate(value),
        AttributeType.Aggregator => ReadAggregator(type, value, options.FourOctetAs),
        AttributeType.Communities => ReadNumbers(value, ref _communities),
        AttributeType.OriginatorId => IsOutOfPlace(type, value, options) || ReadOriginator(value),
        AttributeType.ClusterList => IsOutOfPlace(type, value, options) || ReadNumbers(value, ref _clusterList),
        AttributeType.ExtendedCommunities => ReadExtendedCommunities(value),
        AttributeType.LargeCommunities => ReadLargeCommunities(value),
        AttributeType.OnlyToCustomer => ReadNumber(value, ref _onlyToCustomer), // RFC 9234 §5
        AttributeType.As4Path => ReadAs4Path(value, options),
        _ => ReadAggregator(type, value, fourOctetAs: true),
    };

    private bool ReadOrigin(ReadOnlySpan<byte> value)
    {
        if (value.Length != 1 || value[0] > (byte)Origin.Incomplete)
            return false;

        _origin = (Origin)value[0];
        return true;
    }

    private bool ReadNextHop(ReadOnlySpan<byte> value, in CodecOptions options)
    {
        if (value.Length != 4)
            return false;

        NextHop = RecentAddresses.Of(value);
        return IsUsable(NextHop, options);
    }

    /// <summary>LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST mean something inside an AS only (RFC 7606 §7.5, §7.9, §7.10): from elsewhere they are ignored.</summary>
    private bool IsOutOfPlace(AttributeType type, ReadOnlySpan<byte> value, in CodecOptions options)
    {
        if (!options.IsInternal)
            Discard(type, value);
        return !options.IsInternal;
    }

    private static bool ReadNumber(ReadOnlySpan<byte> value, ref uint? number)
    {
        if (value.Length != 4)
            return false;

        number = UInt32(value);
        return true;
    }

    private static bool ReadNumbers(ReadOnlySpan<byte> value, ref ValueArray<uint> numbers)
    {
        if (!IsListOf(4, value))
            return false;

        numbers = AttributeValues.ReadNumbers(value);
        return true;
    }

    private bool ReadOriginator(ReadOnlySpan<byte> value)
    {
        if (value.Length != 4)
            return false;

        _originator = RecentAddresses.Of(value);
        return true;
    }

    private bool ReadExtendedCommunities(ReadOnlySpan<byte> value)
    {
        if (!IsListOf(8, value))
            return false;

        _extendedCommunities = ReadExtended(value);
        return true;
    }

    private bool ReadLargeCommunities(ReadOnlySpan<byte> value)
    {
        if (!IsListOf(12, value))
            return false;

        _largeCommunities = ReadLarge(value);
        return true;
    }

    private bool ReadAtomicAggregate(ReadOnlySpan<byte> value)
    {
        _atomicAggregate = value.IsEmpty;
        if (!value.IsEmpty)
            Discard(AttributeType.AtomicAggregate, value);
        return true;
    }

    private bool ReadAggregator(AttributeType type, ReadOnlySpan<byte> value, bool fourOctetAs)
    {
        var size = fourOctetAs ? 4 : 2;
        if (value.Length != size + 4 || !value[..size].ContainsAnyExcept((byte)0)) // RFC 7606 §7.7, RFC 7607 §2
        {
            Discard(type, value);
            return true;
        }

        var asNumber = fourOctetAs ? UInt32(value) : BinaryPrimitives.ReadUInt16BigEndian(value);
        var aggregator = new Aggregator(asNumber, new IPAddress(value[size..]));
        if (type == AttributeType.Aggregator)
            _aggregator = aggregator;
        else
            _as4Aggregator = aggregator;
        return true;
    }

    private bool ReadAs4Path(ReadOnlySpan<byte> value, in CodecOptions options)
    {
        var path = options.FourOctetAs ? null : AsPath.Decode(value, fourOctetAs: true); // RFC 6793 §4.1, §6
        if (path is null)
            Discard(AttributeType.As4Path, value);
        else
            _as4Path = FourOctetAsPath.WithoutConfederation(path);
        return true;
    }

    /// <summary>Which types have come: a bit each.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct SeenTypes
    {
        private UInt128 _low;
        private UInt128 _high;

        public int Count { get; private set; }

        public readonly bool Contains(byte type) => ((type < 128 ? _low : _high) >> (type & 127) & 1) != 0;

        /// <returns>False if it was there already.</returns>
        public bool Add(byte type)
        {
            if (Contains(type))
                return false;

            Count++;
            if (type < 128)
                _low |= UInt128.One << type;
            else
                _high |= UInt128.One << (type & 127);
            return true;
        }
    }
}
