using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFT_MSG_NEWSET and its kin.</summary>
internal static class SetMessage
{
    private const ushort Name = 2, Flags = 3, KeyType = 4, KeyLength = 5, ValueType = 6, ValueLength = 7, Description = 9, Id = 10, UserDataPart = 13; // NFTA_SET_*
    private const ushort ElementExpression = 17, ElementExpressions = 18; // NFTA_SET_EXPR, NFTA_SET_EXPRESSIONS
    private const ushort DescriptionSize = 1, DescriptionFields = 2, FieldLength = 1; // NFTA_SET_DESC_*, NFTA_SET_FIELD_LEN
    private const uint Interval = 0x4, IsMap = 0x8, Timeout = 0x10, Concatenated = 0x80; // NFT_SET_*
    private const int TypeBits = 6; // nft packs the types of a concatenation six bits each

    /// <param name="id">Any number that no other set of the batch has.</param>
    public static void Add(RequestBuffer requests, Set set, uint id)
    {
        var message = NftMessage.Begin(requests, NftVerb.NewSet, NetlinkFlags.Create, set.Table);
        message.Put(Name, set.Name);
        message.PutBigEndian(Flags, FlagsOf(set));
        message.PutBigEndian(KeyType, PackedType(set.Key));
        message.PutBigEndian(KeyLength, (uint)LengthOf(set.Key));
        if (set.Value is { } value)
        {
            message.PutBigEndian(ValueType, value.Id);
            message.PutBigEndian(ValueLength, (uint)value.Size);
        }

        PutDescription(message, set);
        message.PutBigEndian(Id, id);
        PutUserData(message, set);
        if (set.HasCounters)
            new Counter().Encode(message, ElementExpression);

        message.End();
    }

    public static void Remove(RequestBuffer requests, Set set)
    {
        var message = NftMessage.Begin(requests, NftVerb.DeleteSet, NetlinkFlags.None, set.Table);
        message.Put(Name, set.Name);
        message.End();
    }

    public static void List(RequestBuffer requests, Table table) => NftMessage.Begin(requests, NftVerb.GetSet, NetlinkFlags.Dump, table).End();

    public static Set? Decode(ReadOnlySpan<byte> body)
    {
        var head = MessageReader.ReadFixed<NftMessage.NfGen>(body, out var attributes);
        var set = new Set { Table = new Table(head.Family, ""), Name = "", Key = [] };
        uint flags = 0, keyType = 0, keyLength = 0, valueType = 0, valueLength = 0;
        List<int> fields = [];
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NftMessage.TableName: set = set with { Table = new Table(head.Family, attributes.ReadString()) }; break;
                case Name: set = set with { Name = attributes.ReadString() }; break;
                case Flags: flags = attributes.ReadUInt32BigEndian(); break;
                case KeyType: keyType = attributes.ReadUInt32BigEndian(); break;
                case KeyLength: keyLength = attributes.ReadUInt32BigEndian(); break;
                case ValueType: valueType = attributes.ReadUInt32BigEndian(); break;
                case ValueLength: valueLength = attributes.ReadUInt32BigEndian(); break;
                case Description: set = set with { Size = DecodeDescription(attributes.Nested, fields) }; break;
                case UserDataPart: set = set with { Comment = UserData.ReadComment(attributes.Value, UserData.SetComment) }; break;
                case ElementExpression or ElementExpressions: set = set with { HasCounters = true }; break;
            }
        }

        return set with
        {
            IsInterval = (flags & Interval) != 0,
            HasTimeouts = (flags & Timeout) != 0,
            Key = UnpackType(keyType, (int)keyLength, fields),
            Value = (flags & IsMap) == 0 ? null : valueType == DataType.Verdict.Id ? DataType.Verdict : new DataType(valueType, (int)valueLength),
        };
    }

    private static uint FlagsOf(Set set) =>
        (set.IsInterval ? Interval : 0)
        | (set.Value is null ? 0 : IsMap)
        | (set.HasTimeouts ? Timeout : 0)
        | (set is { IsInterval: true, IsConcatenated: true } ? Concatenated : 0);

    private static uint PackedType(Sequence<DataType> key)
    {
        uint packed = 0;
        foreach (var type in key.Span)
            packed = (packed << TypeBits) | type.Id;

        return packed;
    }

    private static int LengthOf(Sequence<DataType> key)
    {
        if (key.Count == 1)
            return key[0].Size;

        var length = 0;
        foreach (var type in key.Span)
            length += NftValue.Padded(type.Size);

        return length;
    }

    private static void PutDescription(NetlinkWriter message, Set set)
    {
        var hasFields = set is { IsInterval: true, IsConcatenated: true };
        if (set.Size is null && !hasFields)
            return;

        var description = message.BeginNest(Description);
        if (set.Size is { } size)
            message.PutBigEndian(DescriptionSize, size);

        if (hasFields)
        {
            var fields = message.BeginNest(DescriptionFields);
            foreach (var type in set.Key.Span)
            {
                var field = message.BeginNest(NftMessage.ListElement);
                message.PutBigEndian(FieldLength, (uint)type.Size);
                message.EndNest(field);
            }

            message.EndNest(fields);
        }

        message.EndNest(description);
    }

    /// <summary>Without it nft would list numbers in host order the wrong way round.</summary>
    private static void PutUserData(NetlinkWriter message, Set set)
    {
        var userData = new UserData(stackalloc byte[256]);
        userData.Add(UserData.KeyByteOrder, set.IsConcatenated ? 0 : set.Key[0].ByteOrder);
        if (set.Value is { } value && value != DataType.Verdict)
            userData.Add(UserData.ValueByteOrder, value.ByteOrder);

        if (set.Comment is { } comment)
            userData.Add(UserData.SetComment, comment);

        message.Put(UserDataPart, userData.Written);
    }

    private static uint? DecodeDescription(AttributeReader attributes, List<int> fields)
    {
        uint? size = null;
        while (attributes.Next())
        {
            if (attributes.Type == DescriptionSize)
                size = attributes.ReadUInt32BigEndian();

            var list = attributes.Nested;
            while (attributes.Type == DescriptionFields && list.Next())
            {
                var field = list.Nested;
                while (field.Next())
                    fields.Add((int)field.ReadUInt32BigEndian());
            }
        }

        return size;
    }

    private static Sequence<DataType> UnpackType(uint packed, int length, List<int> fields)
    {
        if (packed >> TypeBits == 0)
            return [new DataType(packed, length)];

        var types = new List<DataType>();
        for (; packed != 0; packed >>= TypeBits)
        {
            var id = packed & ((1 << TypeBits) - 1);
            types.Insert(0, new DataType(id, DataType.SizeOf(id)));
        }

        for (var i = 0; fields.Count == types.Count && i < fields.Count; i++)
            types[i] = types[i] with { Size = fields[i] };

        return [.. types];
    }
}
