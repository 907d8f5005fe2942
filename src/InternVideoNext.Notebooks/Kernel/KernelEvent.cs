
namespace InternVideoNext.Notebooks.Kernel;

/// <summary>What the kernel tells the runner, one JSON line each.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Cell">The place of the cell in the notebook.</param>
internal sealed record KernelEvent(KernelEventKind Kind, int Cell)
{
    /// <summary>Stream: its name. Error: the exception's type.</summary>
    public string Name { get; init; } = "";

    /// <summary>Stream: what was written. Error: the message.</summary>
    public string Text { get; init; } = "";

    /// <summary>Display and result: what a saved notebook keeps, by MIME type.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>Display and result: the value's own HTML, for pages; null where it has none.</summary>
    public string? Html { get; init; }

    /// <summary>Display and result: the words to be kept beneath the picture, or null.</summary>
    public string? Caption { get; init; }

    /// <summary>Error: the line within the cell, from 1; 0 where unknown.</summary>
    public int Line { get; init; }

    /// <summary>Error: the stack, or every message of the compiler.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}

/// <summary>What happened in the kernel.</summary>
internal enum KernelEventKind
{
    /// <summary>A cell begins.</summary>
    Start,

    /// <summary>Text was written to the console.</summary>
    Stream,

    /// <summary>A value was shown by <c>Display()</c>.</summary>
    Display,

    /// <summary>A cell ended with a value.</summary>
    Result,

    /// <summary>A cell failed.</summary>
    Error,

    /// <summary>A cell is done.</summary>
    End,
}
