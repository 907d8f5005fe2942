namespace InternVideoNext.Notebooks;

/// <summary>How a notebook's run ended.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Elapsed">How long the cells took, with the kernel's start.</param>
/// <param name="Failure">What went wrong and where; null if nothing did.</param>
internal sealed record NotebookOutcome(string Name, string Title, TimeSpan Elapsed, string? Failure)
{
    /// <summary>What the reader should know although the run succeeded.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
