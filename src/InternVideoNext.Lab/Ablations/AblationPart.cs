namespace InternVideoNext.Ablations;

/// <summary>What clips are for.</summary>
public enum AblationPart
{
    /// <summary>Pre-training; labels are read by the supervised bound alone.</summary>
    Training,

    /// <summary>Training a probe.</summary>
    ProbeTraining,

    /// <summary>Measuring it.</summary>
    Test,
}
