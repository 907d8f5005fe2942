using System.Globalization;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>
/// Memory ran out in a training step, on the device or the host; the message says what to change, and where the run stands.
/// </summary>
public sealed class MemoryExhaustedException : Exception
{
    internal MemoryExhaustedException(TrainingConfig training, long step, string checkpoint, Exception cause)
        : base(Describe(training, step, checkpoint, cause), cause)
    {
    }

    private static string Describe(TrainingConfig training, long step, string checkpoint, Exception cause)
    {
        var halved = training.BatchSize < 2 ? "" : string.Create(CultureInfo.InvariantCulture,
            $"training.batch_size={training.BatchSize / 2} with training.accumulation={2 * training.Accumulation}, as many clips a step; ");
        var stands = checkpoint.Length > 0 ? $", in {checkpoint}" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"memory ran out on {training.Device} in step {step + 1}: {cause.Message.Split('\n')[0]}\n"
                + $"The run stands at step {step}{stands}. Remedies: {halved}training.recompute.encoder=0-N, which trades time for "
                + $"memory; ./ivnext train find-batch looks for the largest batch that fits");
    }
}
