namespace InternVideoNext.Data;

/// <summary>A data set: its clips as files below one folder, their splits and labels.</summary>
public sealed record Manifest
{
    /// <summary>The data set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Label name (for example <c>appearance</c>) to its classes, in order of class index.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The clips.</summary>
    public required IReadOnlyList<ManifestEntry> Entries { get; init; }

    /// <summary>The folder that the entries' paths are relative to; not part of the file.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Root { get; init; } = "";
}
