using System.Text.Json.Nodes;
using Calico.Ctl.Input;
using Calico.Ctl.Output;
using FsCheck;
using FsCheck.Fluent;
using YamlDotNet.RepresentationModel;

namespace Calico.Tests.Ctl;

public sealed class YamlTextTests
{
    [Fact]
    public void It_is_the_block_form_that_users_know()
    {
        var tree = JsonNode.Parse("""{"spec":{"nets":["10.0.0.0/8","fd00::/8"],"rules":[{"b":2,"a":{"c":[]}},[1,[2]]],"empty":{}},"kind":"X"}""");

        Assert.Equal(
            """
            kind: X
            spec:
              empty: {}
              nets:
              - 10.0.0.0/8
              - fd00::/8
              rules:
              - a:
                  c: []
                b: 2
              - - 1
                - - 2

            """,
            YamlText.Write(tree));
    }

    [Theory]
    [InlineData("true", "'true'")]
    [InlineData("yes", "'yes'")]
    [InlineData("64512", "'64512'")]
    [InlineData("1:30", "'1:30'")]
    [InlineData("0x1f", "'0x1f'")]
    [InlineData("2026-01-02T03:04:05Z", "'2026-01-02T03:04:05Z'")]
    [InlineData("", "''")]
    [InlineData("192.168.26.100", "192.168.26.100")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("role == 'web'", "role == 'web'")]
    [InlineData("'a' in x", "'''a'' in x'")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("!has(x)", "'!has(x)'")]
    [InlineData("two\nlines", "\"two\\nlines\"")]
    public void Text_is_quoted_where_it_would_be_taken_for_something_else(string text, string written) =>
        Assert.Equal(written + "\n", YamlText.Write(JsonValue.Create(text)));

    [Fact]
    public void Any_text_is_read_back_as_itself() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<string>>().Filter(text => text.Get.All(character => !char.IsSurrogate(character) && character is not ('\uFFFE' or '\uFFFF' or '\uFEFF'))),
            text => ReadBack(YamlText.Write(new JsonObject { ["a"] = text.Get }))["a"]?.GetValue<string>() == text.Get)
            .QuickCheckThrowOnFailure();

    private static JsonObject ReadBack(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return new YamlTree().Convert(stream.Documents[0].RootNode)!.AsObject(); // an object was written
    }
}
