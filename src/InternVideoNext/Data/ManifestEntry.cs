namespace InternVideoNext.Data;

/// <summary>One clip of a <see cref="Manifest"/>.</summary>
public sealed record ManifestEntry
{
    /// <summary>Unique in the manifest.</summary>
    public required string Id { get; init; }

    /// <summary>Relative to the manifest's root, with forward slashes.</summary>
    public required string Path { get; init; }

    /// <summary><c>train</c>, <c>validation</c> or <c>test</c>.</summary>
    public string Split { get; init; } = "train";

    /// <summary>Label name to class index; empty for unlabelled video.</summary>
    public IReadOnlyDictionary<string, int> Labels { get; init; } = new Dictionary<string, int>();
}
