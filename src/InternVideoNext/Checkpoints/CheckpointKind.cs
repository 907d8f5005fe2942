namespace InternVideoNext.Checkpoints;

/// <summary>
/// What a checkpoint holds, told from its tensors' names. This package's own carry the authors' names, and their configuration besides.
/// </summary>
public enum CheckpointKind
{
    /// <summary>Nothing that is known here.</summary>
    Unknown,

    /// <summary>An encoder alone, under names without a prefix.</summary>
    Encoder,

    /// <summary>The authors' Stage 1 training checkpoint.</summary>
    ReferenceStage1,

    /// <summary>The authors' Stage 2 training checkpoint.</summary>
    ReferenceStage2,

    /// <summary>The released InternVideo-Next encoder weights.</summary>
    ReleasedEncoder,

    /// <summary>A SigLIP or SigLIP2 model of fixed resolution, or its vision tower.</summary>
    SiglipVision,

    /// <summary>A ModernBERT text model.</summary>
    ModernBert,

    /// <summary>V-JEPA 2's encoder.</summary>
    VJepa2,

    /// <summary>VideoMAE's or VideoMAE v2's encoder.</summary>
    VideoMae,

    /// <summary>InternVideo2's encoder, of stage 1 or of stage 2.</summary>
    InternVideo2,

    /// <summary>VideoPrism's video encoder, alone or of a video-text model.</summary>
    VideoPrism,
}
