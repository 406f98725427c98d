using System.Net;
using System.Text.Json;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;
using Calico.Tests.Support;

namespace Calico.Tests.Bgp;

/// <summary>Messages and attributes that other projects test with.</summary>
public sealed class VectorTests
{
    private static readonly CodecOptions Internal = new(FourOctetAs: true, IsInternal: true, PeerAs: 64512) { OnLoopback = true };

    private static readonly CodecOptions External = new(FourOctetAs: true, IsInternal: false, PeerAs: 65001);

    private static IEnumerable<JsonElement> Rows(string file) =>
        File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors", file)).Select(line => JsonDocument.Parse(line).RootElement);

    [Fact]
    public void Exabgp_unicast_updates_hold_what_they_were_made_of_and_are_written_alike()
    {
        var checkedRows = 0;
        foreach (var row in Rows("bgp_exabgp.jsonl").Where(IsUnicastAnnouncement))
        {
            var frame = Convert.FromHexString(Text(row, "hex"));
            var message = Assert.IsType<UpdateMessage>(MessageTests.Decode(frame, Internal));
            var update = row.GetProperty("decoded").GetProperty("update");
            var expected = update.GetProperty("announce").EnumerateObject()
                .SelectMany(family => family.Value.EnumerateObject())
                .SelectMany(hop => hop.Value.EnumerateArray().Select(route => $"{Text(route, "nlri")} via {hop.Name}"));
            Assert.Equal(expected.Order(), message.Announced.SelectMany(route => route.Prefixes.Select(prefix => $"{prefix} via {route.Attributes?.NextHop}")).Order());
            Assert.Equal(Number(update, "local-preference"), message.Announced[0].Attributes?.LocalPreference);
            Assert.Equal(Number(update, "med"), message.Announced[0].Attributes?.MultiExitDiscriminator);
            Assert.Equal(message, MessageTests.Decode(MessageTests.Encode(message, Internal), Internal));
            checkedRows++;
        }

        Assert.Equal(46, checkedRows); // as many as carry plain unicast routes
    }

    [Fact]
    public void Every_exabgp_message_is_decoded_or_answered()
    {
        foreach (var row in Rows("bgp_exabgp.jsonl").Where(row => row.GetProperty("message").ValueKind == JsonValueKind.String))
            Assert.True(Record.Exception(() => MessageTests.Decode(Convert.FromHexString(Text(row, "hex")), Internal)) is null or BgpProtocolException, Text(row, "hex"));
    }

    [Fact]
    public void Frr_capabilities()
    {
        byte[] known = [1, 2, 64, 65];
        var rows = Rows("bgp_frr.jsonl").Where(row => Text(row, "check") == "capability" && Text(row, "table") is "mp_segments" or "misc_segments").ToList();
        foreach (var row in rows.Where(row => known.Contains(Convert.FromHexString(Text(row, "hex"))[0])))
        {
            var bytes = Convert.FromHexString(Text(row, "hex"));
            byte[] open = [4, 0xfd, 0xe9, 0, 90, 10, 0, 0, 1, (byte)(bytes.Length + 2), 2, (byte)bytes.Length, .. bytes];
            var refused = Record.Exception(() => OpenMessage.DecodeBody(open)) is BgpProtocolException;
            Assert.True(refused == (Text(row, "expected") == "error"), Text(row, "name"));
        }
    }

    [Fact]
    public void Frr_optional_parameters_tell_the_AS()
    {
        foreach (var row in Rows("bgp_frr.jsonl").Where(row => row.TryGetProperty("table", out var table) && table.GetString() == "opt_params"))
        {
            var parameters = Convert.FromHexString(Text(row, "hex"));
            var open = OpenMessage.DecodeBody([4, 0xfd, 0xe9, 0, 90, 10, 0, 0, 1, (byte)parameters.Length, .. parameters]);
            var expected = row.TryGetProperty("extra", out var extra) ? uint.Parse(extra[0].GetString() ?? "") : 65001;
            Assert.Equal(expected, open.As);
        }
    }

    [Fact]
    public void Frr_multiprotocol_attributes()
    {
        // "IPv6-bug" holds no prefix at all, which RFC 4760 does not forbid.
        var rows = Rows("bgp_frr.jsonl").Where(row => Text(row, "check") == "mp_attr" && Text(row, "name") != "IPv6-bug");
        foreach (var row in rows.Where(row => !Text(row, "name").Contains("VPN", StringComparison.Ordinal)))
        {
            var bytes = Convert.FromHexString(Text(row, "hex"));
            var failure = Record.Exception(() =>
            {
                if (Text(row, "table") == "mp_reach_segments")
                    _ = MpReach.Decode(bytes, Internal);
                else
                    _ = MpUnreach.Decode(bytes, Internal);
            });
            Assert.True((failure is null) == (Text(row, "expected") == "ok"), $"{Text(row, "name")}: {failure?.Message}");
        }
    }

    [Fact]
    public void Frr_attribute_lists_under_RFC_7606()
    {
        foreach (var row in Rows("bgp_frr.jsonl").Where(row => Text(row, "check") == "path_attributes_rfc7606"))
        {
            var attributes = Convert.FromHexString(Text(row, "hex"));
            var options = Text(row, "peer") == "ibgp" ? Internal : External;
            var update = UpdateMessage.DecodeBody([0, 0, 0, (byte)attributes.Length, .. attributes, 24, 10, 60, 0], options);
            Assert.True((update.Announced.Count == 0) == (Text(row, "expected") == "treat-as-withdraw"), $"{Text(row, "name")}: {update}");
        }
    }

    [Fact]
    public void Frr_two_octet_AS_paths()
    {
        foreach (var row in Rows("bgp_frr.jsonl").Where(row => Text(row, "check") == "as_path_2byte" && !Text(row, "name").Contains("asdot", StringComparison.Ordinal)))
        {
            var path = AsPath.Decode(Convert.FromHexString(Text(row, "hex")), fourOctetAs: false);
            var expected = row.GetProperty("expected");
            if (Text(row, "name") == "BGP_AS_ZERO" || expected.GetProperty("text").GetString() is not { } text)
            {
                Assert.Null(path); // RFC 7607: a path with AS 0 is malformed
                continue;
            }

            Assert.Equal(text, path?.ToString());
            Assert.Equal(Text(expected, "hops"), path?.Length.ToString());
            Assert.True(path is { Segments.Count: 0 } || path?.CountOf(uint.Parse(Text(expected, "does_loop"))) > 0);
            Assert.Equal(0, path?.CountOf(uint.Parse(Text(expected, "doesnt_loop"))));
        }
    }

    [Fact]
    public void Frr_paths_from_speakers_of_two_octets_are_put_together_with_what_came_in_four()
    {
        foreach (var row in Rows("bgp_frr.jsonl").Where(row => Text(row, "check") == "as_path_reconcile"))
        {
            var merged = FourOctetAsPath.Merge(Path(row, "a"), Path(row, "b"));
            Assert.Equal((Text(row, "expected_text"), Text(row, "expected_hops")), ($"{merged}", $"{merged.Length}"));
        }

        static AsPath Path(JsonElement row, string field) =>
            AsPath.Decode(Convert.FromHexString(Text(row, field)), fourOctetAs: false) ?? throw new InvalidOperationException("a path that can be read");
    }

    /// <summary>One row carries an attribute that claims to be well-known and is not: RFC 4271 §6.3 has it refused.</summary>
    private static bool IsUnicastAnnouncement(JsonElement row) =>
        !Text(row, "command").Contains("attribute [0x99 0x60", StringComparison.Ordinal)
        && row.TryGetProperty("decoded", out var decoded)
        && decoded.TryGetProperty("update", out var update)
        && update.TryGetProperty("announce", out var announce)
        && announce.EnumerateObject().All(family => family.Name is "ipv4 unicast" or "ipv6 unicast")
        && announce.EnumerateObject().SelectMany(family => family.Value.EnumerateObject()).All(HasPlainNextHop);

    /// <summary>Next hops of the prefix's own family, and no path ids or labels.</summary>
    private static bool HasPlainNextHop(JsonProperty hop) =>
        IPAddress.TryParse(hop.Name, out var address)
        && hop.Value.EnumerateArray().All(route => route.EnumerateObject().Count() == 1
            && Text(route, "nlri").Contains(':', StringComparison.Ordinal) == (Family.Of(address) == Family.IPv6Unicast));

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : "";

    private static uint? Number(JsonElement update, string name) =>
        update.GetProperty("attribute").TryGetProperty(name, out var value) ? value.GetUInt32() : null;
}
