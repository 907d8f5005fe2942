using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// Which of a step's batches a process computes: of A = <see cref="TrainingConfig.Accumulation"/> batches, process r of W takes
/// r A / W to (r + 1) A / W - 1, each with the number, and so with the random draws, that it has in a single process.
/// </summary>
/// <param name="First">The first of them, counted within the step.</param>
/// <param name="Count">How many.</param>
/// <param name="OfStep">A, how many the step has.</param>
internal readonly record struct StepShare(int First, int Count, int OfStep)
{
    /// <summary>The share of one process.</summary>
    /// <param name="training">The run.</param>
    /// <param name="rank">The process.</param>
    /// <param name="size">How many processes there are.</param>
    /// <exception cref="ConfigurationException">The step's batches cannot be shared out evenly.</exception>
    public static StepShare Of(TrainingConfig training, int rank, int size)
    {
        Check(training, size);
        var count = training.Accumulation / size;
        return new StepShare(rank * count, count, training.Accumulation);
    }

    /// <summary>Checks that so many processes can share the run's steps.</summary>
    /// <exception cref="ConfigurationException">They cannot; the message says what would do.</exception>
    public static void Check(TrainingConfig training, int size)
    {
        if (training.Accumulation % size == 0) return;
        var (batch, accumulation, clips) = (training.BatchSize, training.Accumulation, training.ClipsPerStep);
        var same = clips % size == 0
            ? $"for the same {clips} clips: --set training.accumulation={size} training.batch_size={clips / size}"
            : $"{clips} clips cannot be shared evenly by {size} processes, so it will be another number of them";
        throw new ConfigurationException(
            $"{size} processes cannot share a step of training.accumulation = {accumulation}: each computes as many batches of it as "
                + "the others. " +
            $"training.accumulation must be a multiple of {size} ({size}, {2 * size}, {3 * size}, ...). " +
            $"A step sees batch_size * accumulation clips, now {batch} * {accumulation} = {clips}; {same}");
    }

    /// <summary>The number of one of this share's batches in the endless sequence of the run.</summary>
    /// <param name="step">0-based step.</param>
    /// <param name="batch">0-based, within the share.</param>
    public long Number(long step, int batch) => (step * OfStep) + First + batch;

    /// <summary>The numbers of the batches of this share from a step on, without end.</summary>
    public IEnumerable<long> NumbersFrom(long step)
    {
        for (; ; step++)
            for (var batch = 0; batch < Count; batch++) yield return Number(step, batch);
    }
}
