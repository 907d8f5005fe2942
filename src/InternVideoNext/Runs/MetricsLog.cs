using System.Diagnostics;
using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Runs;

/// <summary>
/// Collects each step's numbers as tensors and reads them from the device in one go when asked, then appends them to
/// <c>metrics.jsonl</c> and to TensorBoard's event files beside it: the step itself never waits for the device.
/// </summary>
internal sealed class MetricsLog : IStepLog, IDisposable
{
    /// <summary>Beside the log, TensorBoard's event files of the same numbers.</summary>
    public const string TensorBoardFolder = "tensorboard";

    private readonly AppendedFile _file;
    private readonly TensorBoardLog _tensorBoard;
    private readonly List<Pending> _pending = [];
    private readonly Stopwatch _sinceFlush = Stopwatch.StartNew();
    private readonly Func<double> _memory;
    private long _skipped;

    /// <summary>
    /// Opens the log and cuts off what is beyond <paramref name="step"/> (<see cref="LogCut"/>), which a resumed run is about to repeat.
    /// </summary>
    /// <param name="path">The file; made where missing.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="skipped">Steps skipped so far.</param>
    /// <param name="memory">Tells <see cref="StepMetrics.MemoryMegabytes"/>.</param>
    public MetricsLog(string path, long step, long skipped, Func<double> memory)
    {
        (_skipped, _memory) = (skipped, memory);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var length = LogCut.After(path, step);
        _file = new AppendedFile(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read), length);
        _tensorBoard = new TensorBoardLog(Path.Combine(Path.GetDirectoryName(path)!, TensorBoardFolder), step);
    }

    /// <summary>The line written last.</summary>
    public StepMetrics? Newest { get; private set; }

    /// <summary>The clips of the last step that was skipped since the log was opened.</summary>
    public IReadOnlyList<int> NewestSkippedClips { get; private set; } = [];

    /// <summary>The newest measurement of the features since the log was opened.</summary>
    public FeatureSummary? NewestHealth { get; private set; }

    /// <summary>The newest quick probe since the log was opened.</summary>
    public IReadOnlyDictionary<string, double>? NewestProbe { get; private set; }

    /// <inheritdoc/>
    public void Add(StepRecord step, LossSum losses, Tensor gradientNorm, Tensor skipped)
    {
        using var scope = NewDisposeScope();
        var row = cat([losses.Values!, gradientNorm.view(1), skipped.view(1)]).DetachFromDisposeScope();
        _pending.Add(new Pending(step, row, losses.Parts, losses.Details));
    }

    /// <summary>Writes a quick probe into the line of the step that was added last; null: none.</summary>
    public void AttachProbe(IReadOnlyDictionary<string, double>? probe) => _pending[^1] = _pending[^1] with { Probe = probe };

    /// <summary>Reads and writes everything collected.</summary>
    /// <exception cref="IOException">It could not be written; the next call tries again.</exception>
    public void Flush()
    {
        ReadPending();
        _file.Flush();
        _tensorBoard.Flush();
    }

    /// <summary>As <see cref="Flush"/>, then waits until the disk has it: a checkpoint must not outlive the log of its steps.</summary>
    /// <exception cref="IOException">It could not be written; the next call tries again.</exception>
    public void FlushToDisk()
    {
        Flush();
        _file.FlushToDisk();
    }

    public void Dispose()
    {
        Clear();
        _tensorBoard.Dispose();
        _file.Dispose();
    }

    private void ReadPending()
    {
        if (_pending.Count == 0) return;
        var rate = _pending.Sum(p => p.Step.Clips.Count) / _sinceFlush.Elapsed.TotalSeconds;
        var (memory, tensors) = (_memory(), Tensor.TotalCount);
        using (NewDisposeScope())
        {
            ReadOnlySpan<float> values = cat([.. _pending.Select(p => p.Row)]).cpu().data<float>().ToArray();
            foreach (var pending in _pending)
            {
                Newest = pending.ToMetrics(values[..pending.Width], _skipped, rate, memory, tensors);
                _skipped = Newest.SkippedSteps;
                (NewestHealth, NewestProbe) = (Newest.Health ?? NewestHealth, Newest.Probe ?? NewestProbe);
                NewestSkippedClips = Newest.SkippedClips ?? NewestSkippedClips;
                values = values[pending.Width..];
                JsonSerializer.Serialize(_file.Waiting, Newest, SnakeCaseJson.Line);
                _file.Waiting.WriteByte((byte)'\n');
                _tensorBoard.Add(Newest);
            }
        }
        Clear();
        _sinceFlush.Restart();
    }

    private void Clear()
    {
        foreach (var pending in _pending) pending.Row.Dispose();
        _pending.Clear();
    }

    private sealed record Pending(StepRecord Step, Tensor Row, IReadOnlyList<string> Parts, IReadOnlyList<string> Details)
    {
        public IReadOnlyDictionary<string, double>? Probe { get; init; }

        // Total, parts, details, gradient norm, skipped.
        public int Width => Parts.Count + Details.Count + 3;

        public StepMetrics ToMetrics(ReadOnlySpan<float> values, long skippedBefore, double clipsPerSecond, double memory, long tensors)
        {
            var skipped = (long)values[^1];
            return new StepMetrics
            {
                Step = Step.Step,
                Loss = Finite(values[0]),
                Parts = Named(Parts, values[1..]),
                Details = Details.Count == 0 ? null : Named(Details, values[(1 + Parts.Count)..]),
                GradientNorm = Finite(values[^2]),
                SkippedSteps = skipped,
                SkippedClips = skipped > skippedBefore ? Step.Clips : null,
                LearningRate = Step.LearningRate,
                ClipsPerSecond = clipsPerSecond,
                DataWaitSeconds = Step.WaitSeconds,
                MemoryMegabytes = memory,
                LiveTensors = tensors,
                Health = Step.Health,
                Probe = Probe,
            };
        }

        private static Dictionary<string, double?> Named(IReadOnlyList<string> names, ReadOnlySpan<float> values)
        {
            var named = new Dictionary<string, double?>();
            for (var i = 0; i < names.Count; i++) named[names[i]] = Finite(values[i]);
            return named;
        }

        private static double? Finite(float value) => float.IsFinite(value) ? value : null;
    }
}

/// <summary>Takes the numbers of each step.</summary>
internal interface IStepLog
{
    /// <summary>Takes a step's numbers, whose tensors stay the caller's.</summary>
    void Add(StepRecord step, LossSum losses, Tensor gradientNorm, Tensor skipped);
}

/// <summary>What the host knows of a step when it is logged.</summary>
/// <param name="Step">1-based.</param>
/// <param name="Clips">Manifest entries of its clips.</param>
/// <param name="LearningRate">Its rate.</param>
/// <param name="WaitSeconds">How long it waited for data.</param>
/// <param name="Health">Of the encoder's features, where measured.</param>
internal sealed record StepRecord(long Step, IReadOnlyList<int> Clips, double LearningRate, double WaitSeconds, FeatureSummary? Health);
