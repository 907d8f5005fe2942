namespace InternVideoNext.Runs;

/// <summary>What <c>state.json</c> of a checkpoint says: how far the run was, and what its files must hash to.</summary>
public sealed record CheckpointState
{
    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>The library's version that wrote the checkpoint.</summary>
    public required string Version { get; init; }

    /// <summary>File name to SHA-256 in hexadecimal.</summary>
    public required IReadOnlyDictionary<string, string> Sha256 { get; init; }
}
