using InternVideoNext.Interactive;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Cli;

/// <summary>Masks over frames, and pixels that the diffusion decoder samples.</summary>
/// <param name="run">The Stage 1 run's folder.</param>
/// <param name="stage1">Its configuration.</param>
/// <param name="stage2">The Stage 2 run's.</param>
internal sealed class StagePictures(string run, Stage1Config stage1, Stage2Config stage2)
{
    private const int SamplingSteps = 50;
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
            section.Subheading("Saliency: the teacher's pooling attention").Add(new SaliencyStrip(video[0], saliency.view(batch, _grid.Frames, -1)[0], _grid));
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
        var pixels = decoder.Reconstruct(predicted.flatten(0, 1), generator, SamplingSteps, temperature: 1); // [B*Nm, P]
        var patches = PixelPatches.Extract(video, patch);                                               // [B, N, P]
        var index = mask.Masked.unsqueeze(-1).expand(-1, -1, patches.size(2));
        var filled = PixelPatches.Assemble(patches.scatter(1, index, pixels.view(batch, -1, patches.size(2))), _grid, patch);
        var section = report.Section("Pixels sampled by the diffusion decoder")
            .Paragraph($"Masked patches are sampled in {SamplingSteps} steps at temperature 1, each from the predictor's output at its place; visible patches are the original's. " +
                       "A decoder trained for a few hundred steps has begun to learn at best: expect noise, and see its loss.");
        using var hidden = mask.ToBoolean();
        for (var i = 0; i < batch; i++) section.Add(new ReconstructionView(video[i], filled[i], hidden[i], _grid));
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
