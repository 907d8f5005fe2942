using InternVideoNext.Ablations;
using InternVideoNext.Data;
using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The pictures of an ablation's page: what finished runs hide, reconstruct, see and believe of a few test clips.</summary>
internal sealed class AblationPictures(AblationPlan plan, AblationRunner runner, IReadOnlyList<AblationResult> results)
{
    private const int ShownClips = 2;
    private const int Candidates = 64; // clips to choose from: as many as are measured at once, so that they are masked as there

    /// <summary>Masks and reconstructions of the published Stage 1, and features of several rows, on clips whose actor is whole.</summary>
    /// <param name="report">The page.</param>
    /// <param name="cancellation">Stops before the clips are read.</param>
    public async Task AddClipsAsync(HtmlReport report, CancellationToken cancellation)
    {
        var run = Finished("align-diffusion");
        if (run?.Config is not Stage1Config stage1) return;
        var clips = plan.Data.Open(AblationPart.Test, stage1.Data, run.Seed);
        await foreach (var batch in clips.Source.ReadOnce(Candidates, cancellation).ConfigureAwait(false))
        {
            using var held = batch;
            using var shown = batch.Video.index_select(0, tensor(Shown(batch, clips, stage1.Model.Encoder.Grid)));
            var here = stage1 with { Training = stage1.Training with { Device = "cpu", Precision = Precision.Float32 } };
            var pictures = new StagePictures(runner.FolderOf(run), here, plan.Settings.Stage2(run.Seed));
            pictures.AddMasks(report, shown);
            pictures.AddReconstructions(report, shown);
            AddFeatureMaps(report, shown);
            return;
        }
    }

    // The first clips whose actor is whole at the beginning and at the end; then those least cut; where nobody knows its place, the first.
    private static long[] Shown(ClipBatch batch, LabelledClips clips, TokenGrid grid)
    {
        var all = Enumerable.Range(0, batch.Entries.Count).Select(i => (long)i);
        if (clips.TrackOf is not { } trackOf) return [.. all.Take(ShownClips)];
        return [.. all.OrderBy(CutOff).Take(ShownClips)];

        double CutOff(long i)
        {
            var places = trackOf(batch.Entries[(int)i], grid).Centres;
            return StagePictures.CutOff([places[0], places[^1]]);
        }
    }

    /// <summary>Where the Stage 2 model, or without one the Stage 1 model, believes the hidden actor to be.</summary>
    /// <param name="report">The page.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public async Task AddBehindTheMaskAsync(HtmlReport report, CancellationToken cancellation)
    {
        var run = Finished("stage2") ?? Finished("align-diffusion");
        if (run?.Config is not { } config) return;
        var grid = plan.Settings.Stage1(run.Seed).Model.Encoder.Grid;
        var clips = plan.Data.Open(AblationPart.Test, config.Data, run.Seed);
        if (clips.TrackOf is not { } trackOf) return;
        using var features = AblationFeatures.Open(run, plan.Settings with { Device = "cpu" }, runner.FolderOf(run));
        if (!features.Predicts) return;
        using var train = await PartFeatures.ReadAsync(
            plan, AblationPart.ProbeTraining, config.Data, run.Seed, features, [], Candidates, cancellation).ConfigureAwait(false);
        if (train.Hidden is null) return;
        using var probe = PlaceProbe.Fit(train.Hidden, grid);
        await foreach (var batch in clips.Source.ReadOnce(Candidates, cancellation).ConfigureAwait(false))
        {
            using var held = batch;
            var (hidden, outputs) = features.Predict(batch.Video, batch.Entries[0]);
            var tracks = batch.Entries.Select(entry => trackOf(entry, grid)).ToList();
            using var tokens = HiddenTokens.Of(hidden, outputs, tracks, tracks.Select(_ => 0L)); // nobody reads the classes here
            using var scores = probe.Scores(outputs);
            StagePictures.AddBehindTheMask(report, run.Row.Title, batch.Video, tokens, scores, grid);
            return;
        }
    }

    private void AddFeatureMaps(HtmlReport report, Tensor video)
    {
        using var scope = NewDisposeScope();
        var section = report.Section("Features as colours")
            .Paragraph("The first three principal components of the tokens of one clip, encoder by encoder.");
        foreach (var id in new[] { "random-encoder", "pixel-linear", "align", "align-diffusion", "stage2" })
        {
            if (Finished(id) is not { } run) continue;
            using var features = AblationFeatures.Open(run, plan.Settings with { Device = "cpu" }, runner.FolderOf(run));
            using var tokens = features.Encode(video, FeatureKind.Tokens);
            section.Subheading(run.Row.Title).Add(new FeatureMap(tokens[0], plan.Settings.Stage1(run.Seed).Model.Encoder.Grid, video[0]));
        }
    }

    // The first run of a row that is finished.
    // With its weights: a result that was taken over from a file has none.
    private AblationRun? Finished(string id) => plan.Runs.FirstOrDefault(run => run.Row.Id == id
        && (run.Config is null || new RunFolder(runner.FolderOf(run)).CheckpointFolders().Count > 0)
            && results.Any(r => r.Hash == run.Hash && r.Row == id));
}
