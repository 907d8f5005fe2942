namespace InternVideoNext.Notebooks;

/// <summary>How notebooks are run.</summary>
internal sealed record NotebookRunOptions
{
    /// <summary>Where the executed notebooks go, under their own names.</summary>
    public required string Out { get; init; }

    /// <summary>Where the pages go; null for none.</summary>
    public string? Html { get; init; }

    /// <summary>Values that every notebook must declare.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameter <c>size</c>, for the notebooks that declare it; null leaves their own.</summary>
    public string? Size { get; init; }

    /// <summary>The longest that one notebook may take; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Versions to take instead of the ones that the notebooks name, by package.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();
}
