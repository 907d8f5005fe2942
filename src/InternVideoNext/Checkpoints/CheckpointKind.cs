namespace InternVideoNext.Checkpoints;

/// <summary>What a checkpoint holds, told from its tensors' names.</summary>
public enum CheckpointKind
{
    /// <summary>Nothing that is known here.</summary>
    Unknown,

    /// <summary>A whole model of this package: <c>encoder</c>, <c>predictor</c>, <c>decoder</c>, in Stage 1 <c>alignment</c>.</summary>
    Own,

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
}
