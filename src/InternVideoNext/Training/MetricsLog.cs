using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Configuration;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// Collects each step's numbers as tensors and reads them from the device in one go when asked, then appends them to
/// <c>metrics.jsonl</c>: the step itself never waits for the device.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly List<Pending> _pending = [];

    /// <summary>Opens the log and drops lines beyond <paramref name="step"/>, which a resumed run is about to repeat.</summary>
    public MetricsLog(string path, long step)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A line cut short by a kill has no step: it goes too.
        var kept = File.Exists(path) ? File.ReadLines(path).Where(line => MetricsFile.Parse(line)?.Step <= step).ToList() : [];
        AsideFile.Write(path, string.Concat(kept.Select(line => line + "\n")));
        _writer = new StreamWriter(path, append: true);
    }

    public void Add(long step, LossParts losses, Tensor gradientNorm, Tensor skipped, double learningRate, double waitSeconds)
    {
        using var scope = NewDisposeScope();
        Tensor[] values = [losses.Total.detach(), gradientNorm, skipped, .. losses.Parts.Select(p => p.Value)];
        var row = stack(values.Select(v => v.to(float32))).DetachFromDisposeScope();
        _pending.Add(new Pending(step, row, [.. losses.Parts.Select(p => p.Key)], learningRate, waitSeconds));
    }

    /// <summary>Reads and writes everything collected; returns the newest line.</summary>
    public StepMetrics Flush(double clipsPerSecond)
    {
        StepMetrics? newest = null;
        using (var scope = NewDisposeScope())
        {
            using var table = stack(_pending.Select(p => p.Row)).cpu();
            var values = table.data<float>().ToArray();
            for (var i = 0; i < _pending.Count; i++)
            {
                var width = _pending[i].Names.Length + 3;
                newest = _pending[i].ToMetrics(values.AsSpan(i * width, width), clipsPerSecond);
                _writer.WriteLine(JsonSerializer.Serialize(newest, LogJsonContext.Default.StepMetrics));
            }
        }
        _writer.Flush();
        Clear();
        return newest ?? throw new InvalidOperationException("nothing was logged");
    }

    public bool IsEmpty => _pending.Count == 0;

    public void Dispose()
    {
        Clear();
        _writer.Dispose();
    }

    private void Clear()
    {
        foreach (var pending in _pending) pending.Row.Dispose();
        _pending.Clear();
    }

    private sealed record Pending(long Step, Tensor Row, string[] Names, double LearningRate, double WaitSeconds)
    {
        public StepMetrics ToMetrics(ReadOnlySpan<float> values, double clipsPerSecond)
        {
            var parts = new Dictionary<string, double?>();
            for (var i = 0; i < Names.Length; i++) parts[Names[i]] = Finite(values[i + 3]);
            return new StepMetrics
            {
                Step = Step,
                Loss = Finite(values[0]),
                Parts = parts,
                GradientNorm = Finite(values[1]),
                SkippedSteps = (long)values[2],
                LearningRate = LearningRate,
                ClipsPerSecond = clipsPerSecond,
                DataWaitSeconds = WaitSeconds,
            };
        }

        private static double? Finite(float value) => float.IsFinite(value) ? value : null;
    }
}
