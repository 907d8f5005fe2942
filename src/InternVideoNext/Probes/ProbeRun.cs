namespace InternVideoNext.Probes;

/// <summary>What a probe run gives. The holder disposes it.</summary>
/// <param name="Result">What to report.</param>
/// <param name="Trained">The reported probe; null for nearest neighbours, which train nothing.</param>
/// <param name="Predictions">
/// The answer for every test clip, in order of first appearance: for paired comparisons of two runs on the same clips.
/// </param>
public sealed record ProbeRun(ProbeResult Result, TrainedProbe? Trained, IReadOnlyList<ProbePrediction> Predictions) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Trained?.Dispose();
}
