namespace InternVideoNext.Ablations;

/// <summary>Where a row's features come from.</summary>
public enum AblationKind
{
    /// <summary>An encoder that the row trains.</summary>
    Trained,

    /// <summary>The same encoder with the weights it would start from.</summary>
    RandomEncoder,

    /// <summary>The clip itself: of every frame the pixels averaged over 8 x 8 fields.</summary>
    RawPixels,

    /// <summary>The frozen image teacher's pooled vector, averaged over frames.</summary>
    ImageTeacher,
}
