using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFT_MSG_NEWSETELEM and its kin: some elements of one set.</summary>
internal static class ElementMessage
{
    /// <summary>An attribute holds 65535 bytes; the elements of a message are one attribute, and the largest is far below 4 KiB.</summary>
    public const int LargestList = 60 * 1024;

    private const ushort SetName = 2, Elements = 3; // NFTA_SET_ELEM_LIST_*
    private const ushort Key = 1, Data = 2, Flags = 3, Timeout = 4, Expiration = 5, UserDataPart = 6, SingleExpression = 7, KeyEnd = 10, ExpressionList = 11; // NFTA_SET_ELEM_*
    private const uint IntervalEnd = 1, CatchAll = 2; // NFT_SET_ELEM_*

    /// <summary>Writes as many elements as fit one message, from <paramref name="start"/> on.</summary>
    /// <returns>Where to go on.</returns>
    public static int Write(RequestBuffer requests, NftVerb verb, Set set, IReadOnlyList<Element> elements, int start)
    {
        var message = NftMessage.Begin(requests, verb, verb == NftVerb.NewElement ? NetlinkFlags.Create : NetlinkFlags.None, set.Table);
        message.Put(SetName, set.Name);
        var list = message.BeginNest(Elements);
        for (; start < elements.Count && message.Length < LargestList; start++)
            Encode(message, set, elements[start]);

        message.EndNest(list);
        message.End();
        return start;
    }

    /// <summary>The same for elements that are a single key and nothing more.</summary>
    public static int WriteKeys(RequestBuffer requests, Set set, Keys keys, int start)
    {
        var message = NftMessage.Begin(requests, NftVerb.NewElement, NetlinkFlags.Create, set.Table);
        message.Put(SetName, set.Name);
        var list = message.BeginNest(Elements);
        for (; start < keys.Count && message.Length < LargestList; start++)
            keys.Write(start, message.PutInNests(NftMessage.ListElement, Key, NftData.Value, keys.Length));

        message.EndNest(list);
        message.End();
        return start;
    }

    /// <summary>Removes all elements.</summary>
    public static void Flush(RequestBuffer requests, Set set)
    {
        var message = NftMessage.Begin(requests, NftVerb.DeleteElement, NetlinkFlags.None, set.Table);
        message.Put(SetName, set.Name);
        message.End();
    }

    public static void List(RequestBuffer requests, Set set)
    {
        var message = NftMessage.Begin(requests, NftVerb.GetElement, NetlinkFlags.Dump, set.Table);
        message.Put(SetName, set.Name);
        message.End();
    }

    /// <summary>The elements of one message, as the kernel has them: a range of a simple key in two parts.</summary>
    public static List<(Element Element, bool IsEnd)> Decode(ReadOnlySpan<byte> body)
    {
        MessageReader.ReadFixed<NftMessage.NfGen>(body, out var attributes);
        var elements = new List<(Element, bool)>();
        while (attributes.Next())
        {
            var list = attributes.Nested;
            while (attributes.Type == Elements && list.Next())
            {
                if (DecodeElement(list.Nested) is { } element)
                    elements.Add(element);
            }
        }

        return elements;
    }

    private static void Encode(NetlinkWriter message, Set set, Element element)
    {
        var nest = message.BeginNest(NftMessage.ListElement);
        NftData.Put(message, Key, element.Key);
        if (set is { IsInterval: true, IsConcatenated: true })
            NftData.Put(message, KeyEnd, element.KeyEnd ?? element.Key);

        if (element.Verdict is { } verdict)
            NftData.Put(message, Data, verdict);
        else if (element.Value is { } value)
            NftData.Put(message, Data, value);

        if (element.Timeout is { } timeout)
            message.PutBigEndian(Timeout, (ulong)timeout.TotalMilliseconds);

        UserData.PutComment(message, UserDataPart, element.Comment);
        message.EndNest(nest);

        // A range that goes to the very last key stays open.
        if (set.SplitsRanges && (element.KeyEnd ?? element.Key).Successor() is { } end)
        {
            nest = message.BeginNest(NftMessage.ListElement);
            message.PutBigEndian(Flags, IntervalEnd);
            NftData.Put(message, Key, end);
            message.EndNest(nest);
        }
    }

    private static (Element, bool IsEnd)? DecodeElement(AttributeReader attributes)
    {
        var element = new Element { Key = default };
        uint flags = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Key: element = element with { Key = NftData.ReadValue(attributes.Nested) }; break;
                case KeyEnd: element = element with { KeyEnd = NftData.ReadValue(attributes.Nested) }; break;
                case Flags: flags = attributes.ReadUInt32BigEndian(); break;
                case Timeout: element = element with { Timeout = Milliseconds(attributes) }; break;
                case Expiration: element = element with { ExpiresIn = Milliseconds(attributes) }; break;
                case UserDataPart: element = element with { Comment = UserData.ReadComment(attributes.Value) }; break;
                case SingleExpression: element = element with { Counter = Expression.Decode(attributes.Nested) as Counter }; break;
                case ExpressionList: element = element with { Counter = Expression.DecodeList(attributes.Nested).OfType<Counter>().FirstOrDefault() }; break;
                case Data:
                    var (value, verdict) = NftData.Read(attributes.Nested);
                    element = element with { Value = value, Verdict = verdict };
                    break;
            }
        }

        if ((flags & CatchAll) != 0)
            return null;

        return (element.KeyEnd == element.Key ? element with { KeyEnd = null } : element, (flags & IntervalEnd) != 0);
    }

    private static TimeSpan Milliseconds(AttributeReader attribute) =>
        TimeSpan.FromMilliseconds((double)Math.Min(attribute.ReadUInt64BigEndian(), int.MaxValue));
}
