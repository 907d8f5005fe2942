using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>What a stage of the method computes in a step; everything around it (data, optimiser, checkpoints) is the <see cref="Trainer"/>'s.</summary>
public interface ITrainingStage : IDisposable
{
    /// <summary>The student. Its parameters that ask for a gradient are trained; what no loss of the stage reaches asks for none.</summary>
    Models.EncoderPredictorDecoder Student { get; }

    /// <summary>The losses of one step, with their graph.</summary>
    /// <param name="video">[B, 3, T, H, W], ImageNet-normalised, on the stage's device and in its precision.</param>
    /// <param name="stepIndex">0-based; with the run's seed it fixes every random draw.</param>
    LossParts ComputeLoss(Tensor video, long stepIndex);

    /// <summary>The losses of one step, where it matters which clips they are (their labels).</summary>
    /// <param name="video">[B, 3, T, H, W], ImageNet-normalised, on the stage's device and in its precision.</param>
    /// <param name="entries">For each clip, the index of its entry in the training source.</param>
    /// <param name="stepIndex">0-based; with the run's seed it fixes every random draw.</param>
    LossParts ComputeLoss(Tensor video, IReadOnlyList<int> entries, long stepIndex) => ComputeLoss(video, stepIndex);

    /// <summary>Called after each optimiser step: where a moving teacher follows its student.</summary>
    void AfterUpdate();

    /// <summary>Tensors besides the student's weights that a resumed run needs, by name (a moving teacher's weights).</summary>
    IReadOnlyDictionary<string, Tensor> ExtraState { get; }

    /// <summary>Called after a checkpoint has been copied into the student and <see cref="ExtraState"/>.</summary>
    void StateRestored();
}
