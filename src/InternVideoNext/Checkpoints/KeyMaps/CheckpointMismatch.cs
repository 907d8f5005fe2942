namespace InternVideoNext.Checkpoints;

/// <summary>One tensor that doesn't fit.</summary>
/// <param name="Kind">How.</param>
/// <param name="Key">Its name: the source's if it is unexpected, else the module's.</param>
/// <param name="Detail">Shapes, and the names on the other side.</param>
public sealed record CheckpointMismatch(MismatchKind Kind, string Key, string Detail)
{
    /// <summary>As a line of a report.</summary>
    public override string ToString() => $"{Label}: {Key} {Detail}";

    private string Label => Kind switch
    {
        MismatchKind.DoublyMatched => "doubly matched",
        MismatchKind.Misshapen => "mis-shaped",
        MismatchKind.Mistyped => "mis-typed",
        MismatchKind.Missing => "missing",
        _ => "unexpected",
    };
}

/// <summary>A checkpoint and a module that don't fit each other. The message lists every tensor at fault; nothing was changed.</summary>
public sealed class CheckpointMismatchException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="summary">What was tried, as the start of a sentence.</param>
    /// <param name="mismatches">Every fault found.</param>
    public CheckpointMismatchException(string summary, IReadOnlyList<CheckpointMismatch> mismatches)
        : base($"{summary}: {mismatches.Count} {(mismatches.Count == 1 ? "tensor does" : "tensors do")} not "
            + $"fit.{string.Concat(mismatches.Select(mismatch => $"\n  {mismatch}"))}") =>
        Mismatches = mismatches;

    /// <summary>Every fault found, by kind.</summary>
    public IReadOnlyList<CheckpointMismatch> Mismatches { get; }
}

/// <summary>How a tensor fails to fit.</summary>
public enum MismatchKind
{
    /// <summary>The source has a tensor that the key map or the module doesn't know.</summary>
    Unexpected,

    /// <summary>The module needs a tensor that the source lacks.</summary>
    Missing,

    /// <summary>Several of the source's tensors go to the same tensor of the module.</summary>
    DoublyMatched,

    /// <summary>Both sides have it, in different shapes.</summary>
    Misshapen,

    /// <summary>Both sides have it, but one holds floating-point numbers and the other doesn't.</summary>
    Mistyped,
}

/// <summary>How shapes are written in reports and errors.</summary>
internal static class ShapeText
{
    /// <summary>For example <c>[1, 4, 768]</c>; <c>[]</c> for a scalar.</summary>
    public static string Of(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
