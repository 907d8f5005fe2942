using InternVideoNext.Ablations;
using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Interactive;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Quickstart;

// Shapes: n clips, T frames, N tokens, Nm hidden ones, Cp predictor width.

/// <summary>
/// Where each stage's model believes the actor to be, in cells it does not see, and what it believes is there: measured, and drawn.
/// </summary>
internal sealed class QuickstartPlaces : IDisposable
{
    private const int BatchSize = 64;

    private readonly QuickstartOptions _options;
    private readonly TokenGrid _grid;
    private readonly int _patch;
    private readonly List<(string Encoder, PlaceResult Result, double Explained)> _results = [];
    private Tensor? _video;
    private HiddenTokens? _tokens;
    private Tensor? _scores;
    private Tensor? _pixels;

    private QuickstartPlaces(QuickstartOptions options, EncoderConfig encoder) =>
        (_options, _grid, _patch) = (options, encoder.Grid, encoder.PatchSize);

    /// <summary>Measures both stages' models on the rendered clips.</summary>
    public static async Task<QuickstartPlaces> MeasureAsync(
        QuickstartOptions options, QuickstartFolder folder, Stage1Config stage1, VideoClipSource train, VideoClipSource test,
            CancellationToken cancellation)
    {
        var places = new QuickstartPlaces(options, stage1.Model.Encoder);
        foreach (var (title, name) in new[] { ("stage 1", "stage1"), ("stage 2", "stage2") })
        {
            using var features = AblationFeatures.Of(ModelCheckpoint.Open(Path.Combine(folder.Root, name), CPU));
            var (fit, fitPixels) = await places.ReadAsync(features, train, ShapesSplit.Train, keepClips: false, cancellation)
                .ConfigureAwait(false);
            var (measured, pixels) = await places.ReadAsync(features, test, ShapesSplit.Test, keepClips: true, cancellation)
                .ConfigureAwait(false);
            using (fit)
            using (fitPixels)
            using (measured)
            using (pixels)
            using (var probe = PlaceProbe.Fit(fit, places._grid))
            using (var reader = PixelProbe.Fit(fit.Outputs.flatten(0, 1), fitPixels))
            {
                places._results.Add(
                    (title, probe.Measure(fit, measured), reader.Explained(measured.Outputs.flatten(0, 1), pixels)));
                places.Keep(measured, probe, reader);
            }
        }
        return places;
    }

    /// <summary>The figures in the terminal.</summary>
    public void Show()
    {
        foreach (var (encoder, r, explained) in _results)
            Console.WriteLine(
                $"Behind the mask, {encoder}: the actor's cell found in {QuickstartProbes.Percent(r.Top1)} % of {r.Frames} frames"
                + (r.UnseenTop1 is { } unseen
                    ? $", in {QuickstartProbes.Percent(unseen)} % of the {r.UnseenFrames} where nothing of it is visible" : "")
                + $" (blind {QuickstartProbes.Percent(r.BlindTop1)}, chance {QuickstartProbes.Percent(r.Chance)}); "
                    + $"{QuickstartProbes.Percent(explained)} % of the hidden pixels' variance read off");
    }

    /// <summary>The figures, and the last stage's beliefs drawn over frames it did not see.</summary>
    public void AddTo(HtmlReport report)
    {
        using var scope = NewDisposeScope();
        TableColumn[] columns = [
            "Model", "Right cell %", "Where nothing of it is visible %", "Blind baseline %", "Chance %", "Frames (nothing visible)",
            "Hidden pixels explained %"];
        report.Section("Behind the mask: where is the actor?")
            .Paragraph(
                "Three quarters of the places are hidden through the whole clip. A linear probe on the predictor's output at hidden "
                + "tokens is asked "
                + "in which of them the actor's centre lies. The blind baseline knows the clip's classes and the place, not the clip.")
            .Add(new ResultTable(columns, _results.Select(r => (IReadOnlyList<object?>)
            [
                r.Encoder, QuickstartProbes.Percent(r.Result.Top1),
                    r.Result.UnseenTop1 is { } unseen ? QuickstartProbes.Percent(unseen) : null,
                QuickstartProbes.Percent(r.Result.BlindTop1), QuickstartProbes.Percent(r.Result.Chance),
                    $"{r.Result.Frames} ({r.Result.UnseenFrames})",
                QuickstartProbes.Percent(r.Explained),
            ])));
        StagePictures.AddBehindTheMask(report, "stage 2", _video!, _tokens!, _scores!, _grid, (_pixels!, _patch));
    }

    public void Dispose()
    {
        _video?.Dispose();
        _tokens?.Dispose();
        _scores?.Dispose();
        _pixels?.Dispose();
    }

    // The first clips, as many as are hidden alike.
    private void Keep(HiddenTokens measured, PlaceProbe probe, PixelProbe reader)
    {
        _tokens?.Dispose();
        _scores?.Dispose();
        _pixels?.Dispose();
        var count = _video!.size(0);
        _tokens = new HiddenTokens(
            First(measured.Hidden), First(measured.Outputs), First(measured.Places), First(measured.Covered), First(measured.Classes));
        _scores = probe.Scores(_tokens.Outputs).DetachFromDisposeScope();
        _pixels = reader.Read(_tokens.Outputs).DetachFromDisposeScope();

        Tensor First(Tensor all) => all.narrow(0, 0, count).clone().DetachFromDisposeScope();
    }

    // The pixels of the hidden tokens, clip by clip: [n Nm, P].
    private async Task<(HiddenTokens Tokens, Tensor Pixels)> ReadAsync(
        AblationFeatures features, VideoClipSource source, ShapesSplit split, bool keepClips, CancellationToken cancellation)
    {
        var world = new ShapesWorldConfig().Build(_options.Seed);
        double[] times = [
            .. FrameSampling.Middles(QuickstartOptions.ClipFrames, _grid.Frames)
            .Select(frame => (frame + 0.5) / QuickstartOptions.ClipFrames)];
        var (hidden, outputs, pixels) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
        var (tracks, classes) = (new List<ActorTrack>(), new List<long>());
        await foreach (var batch in source.ReadOnce(BatchSize, cancellation).ConfigureAwait(false))
        {
            using var held = batch;
            if (keepClips && tracks.Count == 0)
            {
                _video?.Dispose();
                _video = batch.Video.clone().DetachFromDisposeScope();
            }
            var (places, predicted) = features.Predict(batch.Video, batch.Entries[0]);
            hidden.Add(places);
            outputs.Add(predicted);
            pixels.Add(PixelPatches.Extract(batch.Video, _patch, places).DetachFromDisposeScope());
            foreach (var entry in batch.Entries)
            {
                var clip = world.Clip(split, entry);
                tracks.Add(new ActorTrack([.. times.Select(clip.PlaceAt)], clip.CoveredCells((int)batch.Video.size(3), times, _grid)));
                var labels = ShapesWorld.LabelsOf(clip);
                classes.Add((labels[AblationClaims.Appearance] * 4) + labels[AblationClaims.Motion]);
            }
        }
        return (HiddenTokens.Of(Join(hidden), Join(outputs), tracks, classes), Join(pixels));
    }

    private static Tensor Join(List<Tensor> parts)
    {
        var joined = cat(parts).DetachFromDisposeScope();
        parts.ForEach(part => part.Dispose());
        return joined;
    }
}
