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
    private const string Prefix = "events.out.tfevents.";

    private readonly AppendedFile _file;

    /// <param name="folder">Where the event files are; made where missing.</param>
    /// <param name="step">Steps done when the sitting begins.</param>
    public TensorBoardLog(string folder, long step)
    {
        Directory.CreateDirectory(folder);
        var name = NameAfter(
            Directory.EnumerateFiles(folder, Prefix + "*").Select(f => Path.GetFileName(f)), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        _file = new AppendedFile(
            File.OpenHandle(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read), 0);
        Write(new Event { FileVersion = "brain.Event:2" });
        Write(new Event { Step = step + 1, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        _file.Flush();
    }

    /// <summary>
    /// A name behind all others: TensorBoard reads the files of a folder in the order of their names. Where the clock went back, the
    /// time of the last sitting stands for this one's.
    /// </summary>
    /// <param name="others">Names of files in the folder.</param>
    /// <param name="now">Seconds since 1970.</param>
    internal static string NameAfter(IEnumerable<string> others, long now)
    {
        var (last, sitting) = others.Select(Parts).Append((0, -1)).Max();
        return string.Create(CultureInfo.InvariantCulture,
            $"{Prefix}{Math.Max(now, last):D10}.{sitting + 1:D6}.{Environment.MachineName}.{Environment.ProcessId}");
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

    // Of another writer's file: its time alone.
    private static (long Seconds, long Sitting) Parts(string name)
    {
        var parts = name[Prefix.Length..].Split('.');
        return (Number(0), Number(1));

        long Number(int at) => at < parts.Length
            && long.TryParse(parts[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private void Write(Event happening)
    {
        happening.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        EventRecords.Write(_file.Waiting, happening.ToByteArray());
    }
}
