using System.Globalization;
using InternVideoNext.Interactive;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using static TorchSharp.torch;

namespace InternVideoNext.Cli;

/// <summary>Masks over frames, pixels that the decoder gives, and where the model believes the actor to be behind a mask.</summary>
/// <param name="run">The Stage 1 run's folder.</param>
/// <param name="stage1">Its configuration.</param>
/// <param name="stage2">The Stage 2 run's.</param>
internal sealed class StagePictures(string run, Stage1Config stage1, Stage2Config stage2)
{
    private const int SamplingSteps = 50;
    private const int Samples = 8;
    private const double Temperature = 1;
    private const int ShownPlaces = 3;
    private const double ActorRadius = 0.26; // what is seen of most actors, as a share of the picture's side

    private static readonly string Warmth = Temperature.ToString("0.##", CultureInfo.InvariantCulture);

    private readonly TokenGrid _grid = stage1.Model.Encoder.Grid;

    /// <param name="report">The page.</param>
    /// <param name="video">[B, 3, T, H, W].</param>
    public void AddMasks(HtmlReport report, Tensor video)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var generator = new Generator(stage1.Training.Seed, CPU);
        var batch = (int)video.size(0);
        var section = report.Section("What the encoder does not see");
        var saliency = Saliency(video);
        if (saliency is not null)
            section.Subheading("Saliency: the teacher's pooling attention")
                .Add(new SaliencyStrip(video[0], saliency.view(batch, _grid.Frames, -1)[0], _grid));
        section.Subheading("Stage 1: semantic masking");
        Draw(section, stage1.Masking.Build(_grid).Draw(batch, saliency, generator), video);
        section.Subheading("Stage 2: multi-block masking, two masks a step");
        Draw(section, stage2.Masking.Build(_grid).Draw(batch, saliency, generator), video);
    }

    /// <param name="report">The page.</param>
    /// <param name="video">[B, 3, T, H, W].</param>
    public void AddReconstructions(HtmlReport report, Tensor video)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var generator = new Generator(stage1.Training.Seed, CPU);
        using var model = ModelCheckpoint.Open(run, CPU);
        if (model.PixelDecoder is not { } decoder) return;
        var batch = (int)video.size(0);
        var mask = stage1.Masking.Build(_grid).Draw(batch, Saliency(video), generator)[0];
        var patch = stage1.Model.Encoder.PatchSize;
        var encoded = model.Encoder.Encode(model.Encoder.Embed(video), mask.Visible, dropPath: null);
        var predicted = model.PredictMasked(encoded.Tokens, mask);                                      // [B, Nm, Cp]
        var patches = PixelPatches.Extract(video, patch);                                               // [B, N, P]
        var index = mask.Masked.unsqueeze(-1).expand(-1, -1, patches.size(2));
        var sampled = decoder is DiffusionDecoder;
        var count = sampled ? Samples : 1;
        var pixels = decoder.Reconstruct(predicted.flatten(0, 1).repeat(count, 1), generator, SamplingSteps, Temperature);
        var drawn = pixels.view(count, batch, -1, patches.size(2));                                     // [samples, B, Nm, P]
        var rows = new List<(string Label, Tensor Clips)> { (sampled ? "One sample" : "The decoder's estimate", Filled(drawn[0])) };
        if (sampled) rows.Add(($"Mean of {Samples} samples at temperature {Warmth}", Filled(drawn.mean([0]))));
        var section = report.Section(sampled ? "Pixels sampled by the diffusion decoder" : "Pixels by the decoder")
            .Paragraph(PixelText(mask.Masked.size(1), mask.TokenCount, sampled));
        using var hidden = mask.ToBoolean();
        for (var i = 0; i < batch; i++)
            section.Add(new ReconstructionView(video[i], rows.Select(row => (row.Label, row.Clips[i])), hidden[i], _grid));

        Tensor Filled(Tensor shown) => PixelPatches.Assemble(patches.scatter(1, index, shown), _grid, patch);
    }

    /// <summary>
    /// The first clips in some frames of which nothing of the actor is visible, though something is in others; where there are none, those
    /// that show much of it in one frame and little in another. They are chosen by mask and place alone.
    /// </summary>
    /// <param name="report">The page.</param>
    /// <param name="model">Whose beliefs, in words.</param>
    /// <param name="video">[n, 3, T, H, W], the first test clips.</param>
    /// <param name="tokens">The clips' hidden tokens, and where the actor is.</param>
    /// <param name="scores">[n, Nm], log-odds of each hidden token that the centre lies there.</param>
    /// <param name="grid">The tokens of a clip, T frames of them.</param>
    /// <param name="pixels">
    /// [n, Nm, P], what a linear probe reads off the same outputs as the hidden patches' pixels, and the side of a patch; null draws none.
    /// </param>
    public static void AddBehindTheMask(
        HtmlReport report, string model, Tensor video, HiddenTokens tokens, Tensor scores, TokenGrid grid,
        (Tensor Read, int Patch)? pixels = null)
    {
        using var scope = NewDisposeScope();
        var clips = (int)video.size(0);
        var hidden = zeros(clips, grid.Tokens, dtype: @bool).scatter(1, tokens.Hidden, ones_like(tokens.Hidden, dtype: @bool));
        var believed = full(clips, grid.Tokens, float.NaN).scatter(1, tokens.Hidden, scores);
        var visible = VisibleShares(hidden, tokens.Covered, grid);
        var shown = Enumerable.Range(0, clips).OrderByDescending(clip => Interest(visible[clip])).Take(ShownPlaces).ToList();
        var choice = shown.Exists(clip => visible[clip].Contains(0))
            ? "first where nothing of the actor is visible in some frames"
            : "where much of the actor is visible in one frame and little in another";
        var section = report.Section("Behind the mask, in pictures").Paragraph(
            $"Where does the actor's centre lie, in cells that the model did not see? Beliefs of \"{model}\": the place probe's scores of "
            + "the predictor's output at each hidden cell, as a softmax over the hidden cells of a frame. The probe was fitted on "
            + $"the probing clips; these are of the first {clips} test clips, chosen by mask and place alone: {choice}."
            + (pixels is null ? ""
                : " Below each: the hidden patches' pixels as a second linear probe reads them off the same outputs; where the model is "
                + "unsure it shows the mean."));
        var read = pixels is { } given ? Filled(given.Read, given.Patch) : null;
        foreach (var clip in shown)
        {
            section.Add(new HiddenPlaceView(video[clip], hidden[clip], believed[clip], tokens.Places[clip], grid)
            {
                Caption = $"Test clip {clip}: {Unseen(visible[clip])}.",
            });
            if (read is not null) section.Add(
                new ReconstructionView(video[clip], [("Read off the prediction", read[clip])], hidden[clip], grid));
        }

        Tensor Filled(Tensor shown, int patch)
        {
            var patches = PixelPatches.Extract(video, patch);                                           // [n, N, P]
            return PixelPatches.Assemble(
                patches.scatter(1, tokens.Hidden.unsqueeze(-1).expand(-1, -1, patches.size(2)), shown), grid, patch);
        }
    }

    // Of each frame's cells that show some of the actor, the share that is visible, [n][T]: 0 where nothing of it is.
    private static List<float[]> VisibleShares(Tensor hidden, Tensor covered, TokenGrid grid)
    {
        var visible = covered.logical_and(hidden.logical_not()).unflatten(1, grid.Frames, -1).sum(2).to(float32);      // [n, T]
        var shares = visible / covered.unflatten(1, grid.Frames, -1).sum(2).clamp_min(1);
        return [.. shares.unbind().Select(clip => clip.contiguous().data<float>().ToArray())];
    }

    // Frames with nothing of the actor beside two that show where it goes; then such frames beside less; then, by less than one, how
    // much more of it is visible in one frame than in another.
    private static double Interest(float[] visible)
    {
        var seen = visible.Count(share => share > 0);
        if (seen == visible.Length) return visible.Max() - visible.Min();
        return seen >= 2 ? 2 : 1;
    }

    private static string Unseen(float[] visible)
    {
        var frames = Enumerable.Range(0, visible.Length).Where(t => visible[t] == 0).ToList();
        if (frames.Count == 0) return "something of the actor is visible in every frame";
        var which = $"frame{(frames.Count > 1 ? "s" : "")} {string.Join(", ", frames)}";
        return $"nothing of the actor is visible in {which} of 0 to {visible.Length - 1}";
    }

    /// <summary>
    /// How far an actor of about the usual size reaches over the picture's edge at worst, as a share of its side; 0 where it is whole.
    /// </summary>
    /// <param name="places">Its centres, as shares of the picture's sides.</param>
    public static double CutOff(IEnumerable<(float X, float Y)> places) =>
        places.Max(p => Math.Max(0, ActorRadius - Math.Min(Math.Min(p.X, 1 - p.X), Math.Min(p.Y, 1 - p.Y))));

    private static string PixelText(long masked, long tokens, bool sampled)
    {
        var share = (100.0 * masked / tokens).ToString("0", CultureInfo.InvariantCulture);
        var hidden = $"{masked} of a clip's {tokens} patches ({share} %) are hidden";
        return sampled
            ? $"{hidden}, and all of them are sampled, in {SamplingSteps} steps at temperature {Warmth}, each from the predictor's output "
              + $"at its place alone. Visible patches are the original's. The mean of {Samples} such samples, the one shown among them, "
              + "keeps what they agree on."
            : $"{hidden}, and the decoder estimates all of them, each from the predictor's output at its place alone. Visible patches are "
              + "the original's.";
    }

    private void Draw(ReportSection section, IReadOnlyList<TokenMask> masks, Tensor video)
    {
        foreach (var mask in masks)
        {
            using var hidden = mask.ToBoolean();
            section.Add(new MaskStrip(video[0], hidden[0], _grid));
        }
    }

    private Tensor? Saliency(Tensor video)
    {
        using var teacher = StageFactory.CreateTeacher(stage1);
        return teacher?.Observe(video, alignedLayers: 1).Saliency;
    }
}
