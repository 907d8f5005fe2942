using System.Globalization;
using Google.Protobuf;
using Tensorboard;

namespace InternVideoNext.Runs;

/// <summary>
/// The numbers of <c>metrics.jsonl</c> as TensorBoard scalars, one event a step, one file a sitting. Each file opens with a
/// session start at its first step, by which TensorBoard drops what an earlier sitting logged from that step on.
/// </summary>
/// <remarks>
/// The messages are TorchSharp's; its SummaryWriter is not used: it stamps events with the year 1 or with ticks for seconds,
/// writes no session start, and opens the file anew for every number.
/// </remarks>
internal sealed class TensorBoardLog : IDisposable
{
    private readonly FileStream _file;

    /// <param name="folder">Where the event files are; made where missing.</param>
    /// <param name="step">Steps done when the sitting begins.</param>
    public TensorBoardLog(string folder, long step)
    {
        Directory.CreateDirectory(folder);
        // TensorBoard reads the files of a folder in the order of their names.
        var sitting = Directory.GetFiles(folder, "events.out.tfevents.*").Length;
        var name = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.{sitting:D6}.{Environment.MachineName}."
                + $"{Environment.ProcessId}");
        _file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(new Event { FileVersion = "brain.Event:2" });
        Write(new Event { Step = step + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        _file.Flush();
    }

    public void Add(StepMetrics metrics)
    {
        var summary = new Summary();
        foreach (var (tag, value) in Scalars(metrics))
            if (value is { } number) summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)number });
        Write(new Event { Step = metrics.Step, Summary = summary });
    }

    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    private static IEnumerable<(string Tag, double? Value)> Scalars(StepMetrics metrics)
    {
        yield return ("loss/total", metrics.Loss);
        foreach (var (name, value) in metrics.Parts) yield return ($"loss/{name}", value);
        foreach (var (name, value) in metrics.Details ?? new Dictionary<string, double?>()) yield return ($"details/{name}", value);
        yield return ("optimiser/gradient_norm", metrics.GradientNorm);
        yield return ("optimiser/learning_rate", metrics.LearningRate);
        yield return ("optimiser/skipped_steps", metrics.SkippedSteps);
        yield return ("machine/clips_per_second", metrics.ClipsPerSecond);
        yield return ("machine/data_wait_seconds", metrics.DataWaitSeconds);
        yield return ("machine/memory_megabytes", metrics.MemoryMegabytes);
        yield return ("machine/live_tensors", metrics.LiveTensors);
        if (metrics.Health is { } health)
        {
            yield return ("health/deviation", health.Deviation);
            yield return ("health/effective_rank", health.EffectiveRank);
            yield return ("health/mean_cosine", health.MeanCosine);
        }
        foreach (var (name, value) in metrics.Probe ?? new Dictionary<string, double>()) yield return ($"probe/{name}", value);
    }

    private void Write(Event happening)
    {
        happening.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        EventRecords.Write(_file, happening.ToByteArray());
    }
}
