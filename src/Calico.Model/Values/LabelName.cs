namespace Calico.Model.Values;

/// <summary>A label's name, made ready to be looked for in the labels of many.</summary>
internal readonly struct LabelName(string text)
{
    /// <summary>Mostly the very string that who has read labels has for this name (<see cref="CommonText"/>).</summary>
    public string Text { get; } = CommonText.Of(text);

    /// <inheritdoc cref="BitOf"/>
    public ulong Bit { get; } = BitOf(text);

    /// <summary>One of 64 bits that names are spread over: labels without it do not have the name.</summary>
    public static ulong BitOf(string name) => name.Length == 0 ? 1 : 1ul << (name.Length + (name[0] * 7) + (name[^1] * 11));
}
