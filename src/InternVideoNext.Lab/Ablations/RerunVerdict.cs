namespace InternVideoNext.Ablations;

/// <summary>How a run that was made again compares with the one reported.</summary>
public enum RerunVerdict
{
    /// <summary>The same weights, bit for bit, and the same answer for every test clip.</summary>
    Identical,

    /// <summary>Not the same, but no further apart than seeds or test clips are.</summary>
    WithinNoise,

    /// <summary>Further apart than that.</summary>
    Different,
}
