namespace InternVideoNext.Stages;

/// <summary>
/// What a training step's time goes into, in the order of the step. Parts do not overlap; what lies between them is the rest.
/// </summary>
internal enum StepPart
{
    /// <summary>Copying a batch to the device, and casting it.</summary>
    Data,

    /// <summary>The frozen teacher's forward pass.</summary>
    Teacher,

    /// <summary>Drawing masks.</summary>
    Masks,

    /// <summary>Patch embedding and blocks.</summary>
    Encoder,

    /// <summary>Pool, heads and losses toward the image teacher.</summary>
    Alignment,

    /// <summary>From visible tokens to predictions at masked ones.</summary>
    Predictor,

    /// <summary>The decoder with its loss.</summary>
    Decoder,

    /// <summary>The gradients of everything.</summary>
    Backward,

    /// <summary>Zeroing gradients, clipping, update, a moving teacher's step.</summary>
    Optimiser,
}
