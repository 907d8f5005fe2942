using InternVideoNext.Runs;

namespace InternVideoNext.Cli.Runs;

/// <summary>The last number that each of several runs logged of everything.</summary>
internal static class RunResults
{
    public static IReadOnlyList<(string Name, IReadOnlyList<double?> Values)> Rows(IReadOnlyList<RunHistory> runs)
    {
        var columns = runs.Select(r => Last(r.Steps)).ToList();
        return [.. columns.SelectMany(c => c.Keys).Distinct()
            .Select(name => (name, (IReadOnlyList<double?>)[.. columns.Select(c => c.GetValueOrDefault(name))]))];
    }

    private static Dictionary<string, double?> Last(IReadOnlyList<StepMetrics> steps)
    {
        var values = new Dictionary<string, double?>();
        if (steps.Count == 0) return values;
        var newest = steps[^1];
        values["step"] = newest.Step;
        values["loss"] = newest.Loss;
        foreach (var (name, value) in newest.Parts) values[name] = value;
        foreach (var (name, value) in newest.Details ?? new Dictionary<string, double?>()) values[name] = value;
        values["gradient norm"] = newest.GradientNorm;
        values["learning rate"] = newest.LearningRate;
        values["skipped steps"] = newest.SkippedSteps;
        values["clips/s, mean"] = steps.Average(m => m.ClipsPerSecond);
        values["data wait, s in all"] = steps.Sum(m => m.DataWaitSeconds);
        values["memory, MiB"] = newest.MemoryMegabytes;
        values["live tensors"] = newest.LiveTensors;
        if (steps.LastOrDefault(m => m.Health is not null)?.Health is { } health)
            (values["feature deviation"], values["effective rank"], values["mean cosine"]) = (
                health.Deviation, health.EffectiveRank, health.MeanCosine);
        foreach (
            var (name, accuracy) in steps.LastOrDefault(m => m.Probe is not null)?.Probe
            ?? new Dictionary<string, double>()) values[$"probe {name}"] = accuracy;
        return values;
    }
}
