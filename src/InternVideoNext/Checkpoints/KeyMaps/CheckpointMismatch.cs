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
