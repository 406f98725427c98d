using System.Text.Json.Serialization;

namespace Calico.Datastore.Backup;

/// <summary>The lines of a backup's file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupHead))]
[JsonSerializable(typeof(BackupItem))]
internal sealed partial class BackupJson : JsonSerializerContext;

/// <param name="Version">Of the file's form.</param>
/// <param name="Revision">Of the store it was made of.</param>
/// <param name="Keys">How many follow.</param>
/// <param name="MadeAt">When.</param>
internal sealed record BackupHead([property: JsonPropertyName("calicoSharpBackup")] int Version, long Revision, int Keys, DateTimeOffset MadeAt)
{
    public const int Known = 1;
}

/// <param name="Key">In the store.</param>
/// <param name="Text">The value, where it is text.</param>
/// <param name="Bytes">Else, base64.</param>
internal sealed record BackupItem(string Key, string? Text, byte[]? Bytes);
