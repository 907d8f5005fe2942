using InternVideoNext.Data;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Ablations;

// Shapes: n clips, T frames, N tokens, Nm hidden ones, C encoder width, Cp predictor width.

/// <summary>What measuring a row gives.</summary>
/// <param name="Probes">Every readout of every label.</param>
/// <param name="Health">How alive the encoder's mean tokens of the test clips are.</param>
/// <param name="Place">
/// Where the model believes the actor to be, behind the mask; null without a predictor, or where the data do not tell.
/// </param>
internal sealed record AblationMeasurement(IReadOnlyList<AblationProbe> Probes, FeatureSummary Health, PlaceResult? Place);

/// <summary>Measures a row: one pass over both probing parts, then every readout on every label.</summary>
internal static class AblationProbing
{
    private const int BatchSize = 64;

    /// <param name="run">The run, for its seed.</param>
    /// <param name="features">What the probes read.</param>
    /// <param name="plan">Data and readouts.</param>
    /// <param name="clips">Frames and size.</param>
    /// <param name="report">Told the phase.</param>
    /// <param name="cancellation">Stops between batches and between probes.</param>
    public static async Task<AblationMeasurement> RunAsync(
        AblationRun run, AblationFeatures features, AblationPlan plan, DataConfig clips, Action<string> report,
            CancellationToken cancellation)
    {
        var readouts = plan.Settings.Readouts.Where(features.Has).ToList();
        report("features");
        using var train = await PartFeatures.ReadAsync(
            plan, AblationPart.ProbeTraining, clips, run.Seed, features, readouts, BatchSize, cancellation).ConfigureAwait(false);
        using var test = await PartFeatures.ReadAsync(plan, AblationPart.Test, clips, run.Seed, features, readouts, BatchSize, cancellation)
            .ConfigureAwait(false);
        report("probing");
        var probes = new List<AblationProbe>();
        foreach (var readout in readouts)
            foreach (var (label, classes) in plan.Data.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                using var trainSet = train.Labelled(readout, label);
                using var testSet = test.Labelled(readout, label);
                using var probe = ProbeRunner.Run(
                    readout.Protocol, label, classes, trainSet, testSet, run.Seed, cancellation: cancellation);
                probes.Add(
                    new AblationProbe(readout.Name, probe.Result, string.Concat(probe.Predictions.Select(p => p.Correct ? '1' : '0'))));
            }
        cancellation.ThrowIfCancellationRequested();
        return new AblationMeasurement(probes, test.Health(), Place(train, test, run, plan));
    }

    private static PlaceResult? Place(PartFeatures train, PartFeatures test, AblationRun run, AblationPlan plan)
    {
        if (train.Hidden is null || test.Hidden is null) return null;
        return PlaceProbe.Measure(train.Hidden, test.Hidden, plan.Settings.Stage1(run.Seed).Model.Encoder.Grid);
    }
}

/// <summary>A row's features of one part of the data: each kind that a readout asks for, and the hidden tokens.</summary>
internal sealed class PartFeatures : IDisposable
{
    private readonly LabelledClips _clips;
    private readonly Dictionary<(FeatureSpace, FeatureKind), ExtractedFeatures> _features;

    private PartFeatures(LabelledClips clips, Dictionary<(FeatureSpace, FeatureKind), ExtractedFeatures> features, HiddenTokens? hidden) =>
        (_clips, _features, Hidden) = (clips, features, hidden);

    /// <summary>The predictor's outputs with the actor's places; null where there is none of either.</summary>
    public HiddenTokens? Hidden { get; }

    public static async Task<PartFeatures> ReadAsync(
        AblationPlan plan, AblationPart part, DataConfig data, ulong seed, AblationFeatures features, List<AblationReadout> readouts,
            int batchSize, CancellationToken cancellation)
    {
        var clips = plan.Data.Open(part, data, seed);
        var kinds = readouts.Select(r => (r.Space, r.Protocol.Reads)).Append((FeatureSpace.Encoder, FeatureKind.MeanToken)).Distinct()
            .ToList();
        var (entries, parts) = (new List<int>(), kinds.ToDictionary(k => k, _ => new List<Tensor>()));
        var (hidden, outputs) = (new List<Tensor>(), new List<Tensor>());
        await foreach (var batch in clips.Source.ReadOnce(batchSize, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                Read(batch);
                entries.AddRange(batch.Entries);
            }
        }
        if (entries.Count == 0) throw new InvalidDataException("no clip could be read; see the list of skipped files");
        var extracted = kinds.ToDictionary(k => k, k => new ExtractedFeatures(entries, [Join(parts[k])], clips.Source.Count));
        return new PartFeatures(clips, extracted, outputs.Count > 0 && clips.TrackOf is { } trackOf ? WithTracks(trackOf) : Drop());

        void Read(ClipBatch batch)
        {
            using var scope = NewDisposeScope();
            if (features.HasTokens)
            {
                var tokens = features.Encode(batch.Video, FeatureKind.Tokens);
                Add(FeatureSpace.Encoder, tokens);
                tokens.Dispose();
            }
            else
            {
                foreach (var (space, kind) in kinds) parts[(space, kind)].Add(features.Encode(batch.Video, kind));
            }
            if (!features.Predicts || (kinds.TrueForAll(k => k.Item1 == FeatureSpace.Encoder) && clips.TrackOf is null)) return;
            var (places, predicted) = features.Predict(batch.Video, batch.Entries[0]);
            Add(FeatureSpace.Predictor, predicted);
            hidden.Add(places);
            outputs.Add(predicted);
        }

        void Add(FeatureSpace space, Tensor tokens)
        {
            foreach (var (_, kind) in kinds.Where(k => k.Item1 == space))
                parts[(space, kind)].Add(FeatureExtraction.Keep(tokens, data.Frames, kind).clone().DetachFromDisposeScope());
        }

        HiddenTokens WithTracks(Func<int, TokenGrid, ActorTrack> trackOf)
        {
            var grid = plan.Settings.Stage1(seed).Model.Encoder.Grid;
            var labels = plan.Data.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
            var classes = entries.Select(entry => labels.Aggregate(0L, (sum, l) => (sum * l.Value.Count) + clips.LabelOf(entry, l.Key)));
            return HiddenTokens.Of(Join(hidden), Join(outputs), [.. entries.Select(entry => trackOf(entry, grid))], classes);
        }

        HiddenTokens? Drop()
        {
            hidden.ForEach(t => t.Dispose());
            outputs.ForEach(t => t.Dispose());
            return null;
        }
    }

    public FeatureSet Labelled(AblationReadout readout, string label) =>
        _features[(readout.Space, readout.Protocol.Reads)].Labelled(0, _clips.IdOf, entry => _clips.LabelOf(entry, label));

    public FeatureSummary Health() => FeatureStatistics.Measure(_features[(FeatureSpace.Encoder, FeatureKind.MeanToken)].Features[0]);

    public void Dispose()
    {
        foreach (var features in _features.Values) features.Dispose();
        Hidden?.Dispose();
    }

    private static Tensor Join(List<Tensor> parts)
    {
        var joined = cat(parts).DetachFromDisposeScope();
        foreach (var part in parts) part.Dispose();
        return joined;
    }
}
