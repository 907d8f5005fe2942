using System.Diagnostics;
using InternVideoNext.Stages;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// Measures a step's parts while it runs; before and after that it listens to nothing, so that the same stage can be timed
/// undisturbed.
/// </summary>
/// <param name="wait">Waits until the device has done what it was given.</param>
internal sealed class StepClock(Action wait) : StepTrace
{
    private readonly double[] _parts = new double[Enum.GetValues<StepPart>().Length];
    private bool _runs;
    private StepPart _current;
    private long _began;

    /// <summary>Also draws the parts; null: does not.</summary>
    public Timeline? Timeline { get; set; }

    /// <summary>Runs a step and measures it.</summary>
    /// <returns>Milliseconds of each part by <see cref="StepPart"/>, and of the whole step.</returns>
    public (IReadOnlyList<double> Parts, double Whole) Measure(Action step)
    {
        Array.Clear(_parts);
        wait();
        _runs = true;
        var began = Stopwatch.GetTimestamp();
        try
        {
            Timeline?.Begin("step", "step");
            step();
            wait();
            Timeline?.End();
        }
        finally
        {
            _runs = false;
        }
        return ([.. _parts], Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    /// <inheritdoc/>
    protected override void Begin(StepPart part)
    {
        if (!_runs) return;
        wait();
        Timeline?.Begin(NameOf(part), "part");
        (_current, _began) = (part, Stopwatch.GetTimestamp());
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (!_runs) return;
        wait();
        _parts[(int)_current] += Stopwatch.GetElapsedTime(_began).TotalMilliseconds;
        Timeline?.End();
    }

    /// <summary>A part as results and timelines name it.</summary>
    public static string NameOf(StepPart part) => part.ToString().ToLowerInvariant();
}
