using System.Text;

namespace Calico.Bgp.Messages;

/// <summary>NOTIFICATIONs in words, for operators.</summary>
internal static class NotificationText
{
    public static string Describe(NotificationMessage notification)
    {
        var (code, subcode) = (notification.Code, notification.Subcode);
        var words = code switch
        {
            ErrorCode.Header => Subject("message header error", HeaderWords(subcode)),
            ErrorCode.Open => Subject("OPEN refused", OpenWords(subcode)),
            ErrorCode.Update => Subject("UPDATE error", UpdateWords(subcode)),
            ErrorCode.HoldTimerExpired => "hold timer expired",
            ErrorCode.StateMachine => Subject("message not expected in this state", StateWords(subcode)),
            ErrorCode.Cease => Subject("cease", CeaseWords(subcode)) + ShutdownText(notification),
            ErrorCode.RouteRefresh => "ROUTE-REFRESH error",
            ErrorCode.SendHoldTimerExpired => "send hold timer expired",
            _ => "unknown error",
        };
        var inner = Inner(notification);
        return $"{words} ({(byte)code}/{subcode})" + (inner is null ? "" : $" for {Describe(inner)}");
    }

    private static string Subject(string subject, string? detail) => detail is null ? subject : $"{subject}: {detail}";

    private static string? HeaderWords(byte subcode) => subcode switch
    {
        1 => "connection not synchronized",
        2 => "bad message length",
        3 => "bad message type",
        _ => null,
    };

    private static string? OpenWords(byte subcode) => subcode switch
    {
        1 => "unsupported version",
        2 => "bad peer AS",
        3 => "bad BGP identifier",
        4 => "unsupported optional parameter",
        6 => "unacceptable hold time",
        7 => "unsupported capability",
        11 => "role mismatch",
        _ => null,
    };

    private static string? UpdateWords(byte subcode) => subcode switch
    {
        1 => "malformed attribute list",
        2 => "unrecognized well-known attribute",
        3 => "missing well-known attribute",
        4 => "attribute flags error",
        5 => "attribute length error",
        6 => "invalid ORIGIN",
        8 => "invalid NEXT_HOP",
        9 => "optional attribute error",
        10 => "invalid network field",
        11 => "malformed AS_PATH",
        _ => null,
    };

    private static string? StateWords(byte subcode) => subcode switch
    {
        1 => "OpenSent",
        2 => "OpenConfirm",
        3 => "Established",
        _ => null,
    };

    private static string? CeaseWords(byte subcode) => subcode switch
    {
        1 => "maximum number of prefixes reached",
        2 => "administrative shutdown",
        3 => "peer de-configured",
        4 => "administrative reset",
        5 => "connection rejected",
        6 => "other configuration change",
        7 => "connection collision resolution",
        8 => "out of resources",
        9 => "hard reset",
        10 => "BFD down",
        _ => null,
    };

    /// <summary>RFC 8538 §3.1: what a hard reset stands for.</summary>
    private static NotificationMessage? Inner(NotificationMessage notification) =>
        notification.IsCease(CeaseReason.HardReset) && notification.Payload.AsSpan() is [var code, var subcode, .. var payload]
            && (code, subcode) != ((byte)ErrorCode.Cease, (byte)CeaseReason.HardReset)
            ? new((ErrorCode)code, subcode, payload)
            : null;

    /// <summary>RFC 9003 §2: with a shutdown or a reset the peer may say why, in at most 255 octets of UTF-8.</summary>
    private static string ShutdownText(NotificationMessage notification)
    {
        var payload = notification.Payload.AsSpan();
        if (notification.Subcode is not (2 or 4) || payload.IsEmpty || payload[0] == 0 || payload[0] > payload.Length - 1)
            return "";

        var text = Encoding.UTF8.GetString(payload.Slice(1, payload[0]));
        return $", \"{string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c))}\""; // a log line stays one line
    }
}
