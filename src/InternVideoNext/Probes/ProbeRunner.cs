using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>Runs a protocol on the frozen features of one label: trains the grid, chooses, measures on the test clips.</summary>
public static class ProbeRunner
{
    private const ulong SplitStream = 0;
    private const ulong RefitStream = 2;
    private const int RowsAtOnce = 256;

    /// <summary>Runs. The same inputs give the same result on one machine.</summary>
    /// <param name="protocol">What to do.</param>
    /// <param name="label">The manifest's label name, for the record.</param>
    /// <param name="classes">The label's class names in order of class index.</param>
    /// <param name="train">Training clips.</param>
    /// <param name="test">Test clips.</param>
    /// <param name="seed">Of the validation split, initial weights and batch order.</param>
    /// <param name="validation">Clips to choose by; null holds out a share of the training clips if there is anything to choose.</param>
    /// <param name="device">Where to compute; null is the CPU.</param>
    /// <param name="start">For a protocol that starts from another's probe: that probe.</param>
    /// <exception cref="ArgumentException">The protocol is invalid, a set is empty, doesn't fit the class list, the other sets or
    /// the protocol's kind of probe, or a starting probe is missing or of no use.</exception>
    public static ProbeRun Run(
        ProbeProtocol protocol, string label, IReadOnlyList<string> classes, FeatureSet train, FeatureSet test, ulong seed,
        FeatureSet? validation = null, Device? device = null, TrainedProbe? start = null)
    {
        protocol.Validate();
        var hash = ClassList.Hash(classes);
        ProbeChecks.Sets(protocol, classes.Count, train, test, validation);
        var origin = ProbeChecks.Start(protocol, classes, start);
        var points = protocol.Grid.Points;
        var choice = points.Count == 1 ? GridChoice.Fixed : protocol.Choice;
        var fitter = new Fitter(protocol, classes.Count, device ?? CPU, origin);

        // The choice sees training and, unless the protocol says best on test, validation clips; test scores come after it.
        var carve = choice == GridChoice.Validation && validation is null;
        var split = carve
            ? ValidationSplit.Carve(train, protocol.ValidationShare, new DeterministicRandom(SeedSequence.Derive(seed, SplitStream)))
            : new ValidationSplit([.. Enumerable.Range(0, train.Rows)], []);
        using var candidates = fitter.Fit(train, split.Training, points, seed);
        using var validationScores = choice != GridChoice.Validation ? null
            : validation is null ? fitter.Score(candidates, train, split.Validation) : fitter.Score(candidates, validation);
        using var testScores = fitter.Score(candidates, test);
        var chosen = choice switch
        {
            GridChoice.Fixed => 0,
            GridChoice.Validation => Best(validationScores!),
            _ => Best(testScores),
        };

        var refit = carve && protocol.Refit;
        using var final = refit
            ? fitter.Fit(train, [.. Enumerable.Range(0, train.Rows)], [points[chosen]], SeedSequence.Derive(seed, RefitStream)) : null;
        using var finalScores = final is null ? null : fitter.Score(final, test);
        var report = new ProbeReport(protocol, label, classes, hash, train, test, seed)
        {
            Choice = choice,
            Chosen = chosen,
            Candidates = candidates,
            ValidationScores = validationScores,
            TestScores = testScores,
            FinalScores = finalScores,
        };
        var probe = final is null ? candidates.Extract(chosen) : final.Extract(0);
        return new ProbeRun(
            report.Result(), probe is null ? null : new TrainedProbe(probe, protocol.Name, label, classes), report.Predictions());
    }

    private static int Best(ClipScores scores)
    {
        double[] top1 = scores.Top1(), loss = scores.Loss();
        var best = 0;
        for (var i = 1; i < top1.Length; i++)
        {
            if (top1[i] > top1[best] || (top1[i] == top1[best] && loss[i] < loss[best])) best = i;
        }
        return best;
    }

    private sealed class Fitter(ProbeProtocol protocol, int classes, Device device, ProbeStart? start)
    {
        public ProbeCandidates Fit(FeatureSet set, int[] rows, IReadOnlyList<ProbeSetting> settings, ulong seed)
        {
            var task = new ProbeTask(set, rows, classes, settings, seed, device);
            return protocol.Kind switch
            {
                ProbeKind.Linear => LinearTrainer.Fit(protocol, task, start),
                ProbeKind.Attentive => AttentiveTrainer.Fit(protocol, task, start),
                _ => NearestNeighbourCandidates.Fit(protocol, task),
            };
        }

        public ClipScores Score(ProbeCandidates candidates, FeatureSet set, int[]? rows = null) =>
            ClipScores.Of(candidates, set, rows ?? Enumerable.Range(0, set.Rows), classes, device, RowsAtOnce);
    }
}

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
