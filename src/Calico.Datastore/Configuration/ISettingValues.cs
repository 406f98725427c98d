using System.Text;

namespace Calico.Datastore.Configuration;

/// <summary>Settings by the names they have in the configuration file, wherever they were written.</summary>
internal interface ISettingValues
{
    /// <summary>The file or the environment, for messages.</summary>
    string Source { get; }

    /// <summary>What stands for a type that is not named.</summary>
    string? DefaultType { get; }

    /// <summary>Null if it is not set; what is set to nothing counts as not set.</summary>
    string? Get(string name);

    /// <summary>Where a setting stands, as the user would look for it: <c>etcdEndpoints (line 7 of FILE)</c>, <c>ETCD_ENDPOINTS</c>.</summary>
    string Place(string name);
}

internal sealed class EnvironmentValues(Func<string, string?> environment) : ISettingValues
{
    public string Source => "the environment";

    public string? DefaultType => null;

    public string? Get(string name)
    {
        var variable = Variable(name);
        return Present(environment($"CALICO_{variable}")) ?? Present(environment(variable));
    }

    public string Place(string name)
    {
        var variable = Variable(name);
        return Present(environment($"CALICO_{variable}")) is null ? variable : $"CALICO_{variable}";
    }

    private static string? Present(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    /// <summary>etcdCACertFile is ETCD_CA_CERT_FILE: a word begins at each capital, and CA is a word.</summary>
    private static string Variable(string name)
    {
        var variable = new StringBuilder();
        var rest = name.Replace("CACert", "CaCert", StringComparison.Ordinal);
        foreach (var letter in rest)
        {
            if (char.IsUpper(letter))
                variable.Append('_');
            variable.Append(char.ToUpperInvariant(letter));
        }

        return variable.ToString();
    }
}
