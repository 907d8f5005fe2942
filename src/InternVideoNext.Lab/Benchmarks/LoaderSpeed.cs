
namespace InternVideoNext.Benchmarks;

/// <summary>How fast clips were read one way, in one pass over a data set.</summary>
/// <param name="Clips">Clips read.</param>
/// <param name="Frames">Frames that these clips hold (for the limit: frames decoded).</param>
/// <param name="WallSeconds">Time by the clock.</param>
/// <param name="ProcessorSeconds">
/// Processor time of this process and of the programs it started, which other work on the machine hardly changes; the time by the
/// clock where the system does not tell.
/// </param>
public sealed record LoaderSpeed(int Clips, long Frames, double WallSeconds, double ProcessorSeconds)
{
    /// <summary>Clips a second by the clock.</summary>
    public double ClipsPerSecond => Clips / WallSeconds;

    /// <summary>Clips a second of one processor core.</summary>
    public double ClipsPerCoreSecond => Clips / ProcessorSeconds;

    /// <summary>Frames a second of one processor core.</summary>
    public double FramesPerCoreSecond => Frames / ProcessorSeconds;
}
