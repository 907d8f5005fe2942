using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>Memory ran out in a training step, on the device or the host; the message says what to change, and where the run stands.</summary>
public sealed class MemoryExhaustedException : Exception
{
    internal MemoryExhaustedException(TrainingConfig training, long step, string checkpoint, Exception cause)
        : base(
            $"memory ran out on {training.Device} in step {step + 1}: {cause.Message.Split('\n')[0]}\n"
            + $"The run stands at step {step}{(checkpoint.Length > 0 ? $", in {checkpoint}" : "")}. Remedies: "
            + (training.BatchSize > 1
                ? $"training.batch_size={training.BatchSize / 2} with training.accumulation={2 * training.Accumulation}, the same clips a step; " : "")
            + "training.recompute.encoder=0-N, which trades time for memory; ./ivnext train find-batch finds the largest batch that fits",
            cause)
    {
    }
}
