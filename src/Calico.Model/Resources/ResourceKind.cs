namespace Calico.Model.Resources;

/// <summary>A kind of resource: its names on the command line and in the store, and the type of its spec.</summary>
public sealed class ResourceKind
{
    /// <summary>The API group and version of every kind here.</summary>
    public const string ApiVersion = "projectcalico.org/v3";

    internal ResourceKind(string name, string plural, Type specType, bool namespaced, string[] aliases)
    {
        Name = name;
        Plural = plural;
        SpecType = specType;
        IsNamespaced = namespaced;
        Aliases = aliases;
    }

    /// <summary>As in a file's <c>kind:</c>, such as <c>IPPool</c>.</summary>
    public string Name { get; }

    /// <summary>As in the store's keys, such as <c>ippools</c>.</summary>
    public string Plural { get; }

    public Type SpecType { get; }

    /// <summary>Of what the cluster writes into the resource beside what users do; null of a kind without.</summary>
    public Type? StatusType { get; internal init; }

    public bool IsNamespaced { get; }

    /// <summary>Further words calicoctl takes for it, lower case.</summary>
    public IReadOnlyList<string> Aliases { get; }

    public string Identify(string? ns, string name) => ns is null ? $"{Name}({name})" : $"{Name}({ns}/{name})";

    public override string ToString() => Name;
}
