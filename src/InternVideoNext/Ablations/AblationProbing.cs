using InternVideoNext.Data;
using InternVideoNext.Probes;

namespace InternVideoNext.Ablations;

/// <summary>Measures a row: features of both probing parts, then every protocol on every label.</summary>
internal static class AblationProbing
{
    private const int BatchSize = 64;

    /// <param name="run">The run, for its seed.</param>
    /// <param name="features">What the probes read.</param>
    /// <param name="plan">Data and protocols.</param>
    /// <param name="clips">Frames and size.</param>
    /// <param name="report">Told the phase.</param>
    /// <param name="cancellation">Stops between batches and between probes.</param>
    public static async Task<(IReadOnlyList<AblationProbe> Probes, FeatureSummary Health)> RunAsync(
        AblationRun run, AblationFeatures features, AblationPlan plan, DataConfig clips, Action<string> report, CancellationToken cancellation)
    {
        var protocols = plan.Settings.ProbeProtocols.Where(p => features.HasTokens || p.Kind != ProbeKind.Attentive).ToList();
        var kinds = protocols.Select(KindOf).Distinct().ToList();
        var (train, test) = (plan.Data.Open(AblationPart.ProbeTraining, clips, run.Seed), plan.Data.Open(AblationPart.Test, clips, run.Seed));
        report("features");
        using var trainFeatures = await Extract(train).ConfigureAwait(false);
        using var testFeatures = await Extract(test).ConfigureAwait(false);
        report("probing");
        var probes = new List<AblationProbe>();
        foreach (var protocol in protocols)
            foreach (var (label, classes) in plan.Data.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                var kind = kinds.IndexOf(KindOf(protocol));
                using var trainSet = trainFeatures.Labelled(kind, train.IdOf, entry => train.LabelOf(entry, label));
                using var testSet = testFeatures.Labelled(kind, test.IdOf, entry => test.LabelOf(entry, label));
                using var probe = ProbeRunner.Run(protocol, label, classes, trainSet, testSet, run.Seed);
                probes.Add(new AblationProbe(probe.Result, string.Concat(probe.Predictions.Select(p => p.Correct ? '1' : '0'))));
            }
        return (probes, FeatureStatistics.Measure(testFeatures.Features[0]));

        Task<ExtractedFeatures> Extract(LabelledClips part) => FeatureExtraction.ExtractAsync(
            [.. kinds.Select(kind => (Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>)(video => features.Of(video, kind)))],
            part.Source, BatchSize, progress: null, cancellation);
    }

    private static FeatureKind KindOf(ProbeProtocol protocol) => protocol.Kind == ProbeKind.Attentive ? FeatureKind.Tokens : FeatureKind.MeanToken;
}
