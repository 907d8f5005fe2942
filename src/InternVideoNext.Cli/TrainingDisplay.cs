using System.Diagnostics;
using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Training;

namespace InternVideoNext.Cli;

/// <summary>One live line per stage: step, loss parts, speed, time left. Redirected output gets a line every few seconds.</summary>
internal sealed class TrainingDisplay(string title) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private bool _open;

    public void Report(TrainingProgress value)
    {
        var line = Describe(value);
        var last = value.Metrics.Step >= value.Steps;
        if (ConsoleOutput.IsLive)
        {
            Console.Write($"\r\u001b[K{line[..Math.Min(line.Length, Math.Max(20, Console.WindowWidth - 1))]}");
            _open = true;
            if (last) Close();
        }
        else if (last || _sinceLine.Elapsed >= PlainInterval)
        {
            Console.WriteLine(line);
            _sinceLine.Restart();
        }
    }

    /// <summary>Ends the live line, so that what follows starts on its own.</summary>
    public void Close()
    {
        if (_open) Console.WriteLine();
        _open = false;
    }

    private string Describe(TrainingProgress value)
    {
        var m = value.Metrics;
        var parts = string.Join(", ", m.Parts.Select(p => $"{p.Key} {Number(p.Value)}"));
        var health = value.Health is { } h ? string.Create(CultureInfo.InvariantCulture, $"  rank {h.EffectiveRank:0.0}") : "";
        var probe = value.Probe is { } accuracies
            ? "  probe "
                + string.Join(", ", accuracies.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {100 * p.Value:0.0} %")))
                : "";
        var skipped = m.SkippedSteps > 0 ? $"  {m.SkippedSteps} steps skipped" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{title}  step {m.Step}/{value.Steps}  loss {Number(m.Loss)} ({parts})  {m.ClipsPerSecond:0} clips/s  "
                + $"{Readable.Time(value.TimeLeft)} left{health}{probe}{skipped}");
    }

    private static string Number(double? value) => value is { } v ? v.ToString("0.000", CultureInfo.InvariantCulture) : "not finite";
}
