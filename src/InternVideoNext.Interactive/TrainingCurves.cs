using InternVideoNext.Runs;

namespace InternVideoNext.Interactive;

/// <summary>The curves of one run, or of several over one another.</summary>
/// <param name="runs">What was logged. With several runs each curve is named after its run.</param>
public sealed class TrainingCurves(IReadOnlyList<RunHistory> runs)
{
    private const double Smoothing = 0.9;

    /// <summary>The losses: all parts in one chart for one run, a chart for each part where runs are compared.</summary>
    public IReadOnlyList<LineChart> Losses()
    {
        var parts = Names(m => m.Parts.Keys);
        if (runs.Count == 1) return [Chart("Loss", "loss", [new("total", m => m.Loss), .. parts.Select(Part)])];
        return [Chart("Total loss", "loss", [new("total", m => m.Loss)]), .. parts.Select(p => Chart($"Loss: {p}", "loss", [Part(p)]))];

        static Curve Part(string name) => new(name, m => m.Parts.GetValueOrDefault(name));
    }

    /// <summary>The further numbers of a stage, such as the diffusion loss by quarter of the timesteps.</summary>
    public IReadOnlyList<LineChart> Details() =>
    [
        .. Charts("Diffusion loss by quarter of the timesteps", "loss", Of(listening: false)),
        .. Charts(
            "Does the decoder listen? Error with another clip's condition over the own one's, less 1", "relative rise", Of(listening: true),
            smoothing: 0),
    ];

    private IReadOnlyList<Curve> Of(bool listening) =>
    [
        .. Names(m => m.Details?.Keys ?? []).Where(name => name.StartsWith("listening_", StringComparison.Ordinal) == listening)
            .Select(name => new Curve(name, m => m.Details?.GetValueOrDefault(name))),
    ];

    /// <summary>Gradient norm and learning rate.</summary>
    public IReadOnlyList<LineChart> Optimisation() =>
    [
        Chart("Gradient norm", "norm before clipping", [new("gradient norm", m => m.GradientNorm)], logarithmic: true),
        Chart("Learning rate", "learning rate", [new("learning rate", m => m.LearningRate)], smoothing: 0),
    ];

    /// <summary>Speed, waiting, memory, live tensors.</summary>
    public IReadOnlyList<LineChart> Throughput() =>
    [
        Chart("Speed", "clips/s", [new("clips/s", m => m.ClipsPerSecond)], smoothing: 0),
        Chart("Waiting for data", "s a step", [new("wait", m => m.DataWaitSeconds)]),
        Chart("Memory", "MiB", [new("memory", m => m.MemoryMegabytes)], smoothing: 0),
        Chart("Live tensors", "tensors", [new("tensors", m => m.LiveTensors)], smoothing: 0),
    ];

    /// <summary>How alive the features are; none where they were never measured.</summary>
    public IReadOnlyList<LineChart> Health() =>
    [
        .. Charts("Deviation of the features", "standard deviation", [new("deviation", m => m.Health?.Deviation)], smoothing: 0),
        .. Charts("Effective rank of the features", "rank", [new("effective rank", m => m.Health?.EffectiveRank)], smoothing: 0),
        .. Charts("Mean cosine between clips", "cosine", [new("cosine", m => m.Health?.MeanCosine)], smoothing: 0),
    ];

    /// <summary>Accuracy of the quick probe; none where there was none.</summary>
    public IReadOnlyList<LineChart> Probe() => Charts("Quick probe", "accuracy",
        [.. Names(m => m.Probe?.Keys ?? []).Select(name => new Curve(name, m => m.Probe?.TryGetValue(name, out var v) == true ? v : null))],
            smoothing: 0);

    private List<string> Names(Func<StepMetrics, IEnumerable<string>> of) => [.. runs.SelectMany(r => r.Steps).SelectMany(of).Distinct()];

    // A chart of what was never logged would be an empty frame.
    private IReadOnlyList<LineChart> Charts(string title, string unit, IReadOnlyList<Curve> curves, double smoothing = Smoothing)
    {
        var chart = Chart(title, unit, curves, smoothing: smoothing);
        return chart.Series.Any(s => s.X.Count > 0) ? [chart] : [];
    }

    private LineChart Chart(
        string title, string unit, IReadOnlyList<Curve> curves, bool logarithmic = false, double smoothing = Smoothing) =>
        new(title, "step", unit, runs.SelectMany(run => curves.Select(curve => Series(run, curve, curves.Count))))
        { LogY = logarithmic, Smoothing = smoothing };

    private LineSeries Series(RunHistory run, Curve curve, int curves)
    {
        var name = runs.Count == 1 ? curve.Name : curves == 1 ? run.Name : $"{run.Name}: {curve.Name}";
        var points = run.Steps.Select(m => (m.Step, Value: curve.Value(m))).Where(p => p.Value is not null).ToList();
        return new LineSeries(name, points.Select(p => (double)p.Step), points.Select(p => p.Value!.Value));
    }

    private sealed record Curve(string Name, Func<StepMetrics, double?> Value);
}
