using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

/// <summary>What a stage is given to compute a step's losses from.</summary>
/// <param name="Video">[B, 3, T, H, W], ImageNet-normalised, on the stage's device and in its precision.</param>
/// <param name="Step">0-based; with the run's seed it fixes every random draw (<see cref="StepGenerators"/>).</param>
/// <param name="Clips">
/// For each clip, the index of its entry in the training source; null where nobody knows, as for clips made by hand.
/// </param>
public readonly record struct StepInput(Tensor Video, long Step, IReadOnlyList<int>? Clips = null);

/// <summary>Shorter ways to ask a stage.</summary>
public static class TrainingStageExtensions
{
    /// <summary>The losses of one step on clips made by hand.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="video">[B, 3, T, H, W], ImageNet-normalised, on the stage's device and in its precision.</param>
    /// <param name="stepIndex">0-based.</param>
    public static LossParts ComputeLoss(this ITrainingStage stage, Tensor video, long stepIndex) =>
        stage.ComputeLoss(new StepInput(video, stepIndex));
}

/// <summary>What a stage of the method computes in a step; everything around it (data, optimiser, checkpoints) is the trainer's.</summary>
public interface ITrainingStage : IDisposable
{
    /// <summary>The student. Its parameters that ask for a gradient are trained; what no loss of the stage reaches asks for none.</summary>
    Models.EncoderPredictorDecoder Student { get; }

    /// <summary>
    /// What the student took from the checkpoint that it started from, and what it has anew; null where it started from none.
    /// </summary>
    LoadReport? Start => null;

    /// <summary>The losses of one step, with their graph.</summary>
    /// <param name="input">The step's clips.</param>
    LossParts ComputeLoss(StepInput input);

    /// <summary>Called after each optimiser step: where a moving teacher follows its student.</summary>
    void AfterUpdate()
    {
        // Nothing follows the student, unless a stage says so.
    }

    /// <summary>Tensors besides the student's weights that a resumed run needs, by name (a moving teacher's weights).</summary>
    IReadOnlyDictionary<string, Tensor> ExtraState => NoState;

    /// <summary>Called after a checkpoint has been copied into the student and <see cref="ExtraState"/>.</summary>
    void StateRestored()
    {
        // What is restored is all there is, unless a stage keeps copies.
    }

    private static readonly IReadOnlyDictionary<string, Tensor> NoState = new Dictionary<string, Tensor>();
}
