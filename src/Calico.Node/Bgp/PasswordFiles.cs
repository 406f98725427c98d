using System.Collections.Immutable;
using Calico.Model.Resources.Specs;

namespace Calico.Node.Bgp;

/// <summary>Reads the passwords of BGP sessions from files laid out as mounted Kubernetes Secrets are: <c>FOLDER/NAME/KEY</c>.</summary>
internal sealed class PasswordFiles(string folder)
{
    private const int Longest = 80; // TCP_MD5SIG_MAXKEYLEN, linux/tcp.h

    /// <returns>What could be read, and in words what could not.</returns>
    public (ImmutableDictionary<SecretKeyReference, string> Passwords, ImmutableArray<string> Problems) Read(IEnumerable<SecretKeyReference> wanted)
    {
        var passwords = ImmutableDictionary.CreateBuilder<SecretKeyReference, string>();
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var reference in wanted.Distinct().OrderBy(reference => $"{reference.Name}/{reference.Key}", StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, Path.GetFileName(reference.Name ?? ""), Path.GetFileName(reference.Key ?? ""));
            try
            {
                var password = File.ReadAllText(path).TrimEnd('\n', '\r');
                if (System.Text.Encoding.UTF8.GetByteCount(password) is > 0 and <= Longest)
                    passwords.Add(reference, password);
                else
                    problems.Add($"BGP peers with the password {reference.Name}/{reference.Key} stay shut: {path} must hold 1 to {Longest} octets");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"BGP peers with the password {reference.Name}/{reference.Key} stay shut: put it into {path} on this host ({e.Message})");
            }
        }

        return (passwords.ToImmutable(), problems.ToImmutable());
    }
}
