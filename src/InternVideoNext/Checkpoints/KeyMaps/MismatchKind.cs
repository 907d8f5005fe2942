namespace InternVideoNext.Checkpoints;

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
