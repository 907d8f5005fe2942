using System.Text.Json;
using InternVideoNext.Ablations;

namespace InternVideoNext.Cli.Ablate;

/// <summary>One line that a worker writes: where its run is.</summary>
internal sealed record WorkerMessage(string Phase, double Done, long Step, double? Loss, double ClipsPerSecond)
{
    public static WorkerMessage Of(AblationProgress p) =>
        new(p.Phase, p.Done, p.Training?.Metrics.Step ?? 0, p.Training?.Metrics.Loss, p.Training?.Metrics.ClipsPerSecond ?? 0);

    public static WorkerMessage? Parse(string line) => line.StartsWith('{') ? JsonSerializer.Deserialize<WorkerMessage>(line) : null;

    public override string ToString() => JsonSerializer.Serialize(this);
}
