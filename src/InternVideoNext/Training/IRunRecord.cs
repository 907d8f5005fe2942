using InternVideoNext.Models;
using InternVideoNext.Runs;

namespace InternVideoNext.Training;

/// <summary>
/// What a run leaves behind. Of the processes that train it together the first keeps one; the others have a <see cref="NoRecord"/>.
/// </summary>
internal interface IRunRecord : IStepLog, IDisposable
{
    /// <summary>Steps done in the checkpoint that the run goes on from.</summary>
    long FirstStep { get; }

    /// <summary>The newest checkpoint's folder; empty where there is none.</summary>
    string Checkpoint { get; }

    /// <summary>Checkpoints passed over when the run was taken up, with the reason.</summary>
    IReadOnlyList<string> Damaged { get; }

    /// <summary>Measures the encoder, and notes it with the newest step.</summary>
    void Probe(VideoEncoder encoder, CancellationToken cancellation);

    /// <summary>Writes what has been collected, and tells whoever watches.</summary>
    void Report(long step);

    /// <summary>Makes a checkpoint, unless there is one of this step.</summary>
    void Save(long step);

    /// <summary>The error that ends a run with too many skipped steps.</summary>
    TrainingHaltedException TooManySkipped(long skipped);
}
