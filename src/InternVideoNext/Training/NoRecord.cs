using InternVideoNext.Models;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>The record of a process that another one keeps the run's folder for.</summary>
internal sealed class NoRecord : IRunRecord
{
    public long FirstStep => 0;

    public string Checkpoint => "";

    public IReadOnlyList<string> Damaged => [];

    public void Add(StepRecord step, LossSum losses, Tensor gradientNorm, Tensor skipped)
    {
        // The first process logs it.
    }

    public void Probe(VideoEncoder encoder, CancellationToken cancellation)
    {
        // The first process does.
    }

    public void Report(long step)
    {
        // The first process does.
    }

    public void Save(long step)
    {
        // The first process does.
    }

    public TrainingHaltedException TooManySkipped(long skipped) =>
        new($"{skipped} steps had a non-finite loss or gradient; rank 0 says more");

    public void Dispose()
    {
        // Nothing is held.
    }
}
