#!/usr/bin/env dotnet
#:project ../src/InternVideoNext/InternVideoNext.csproj
#:package libtorch-cpu-linux-x64
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
// Stage 1 in one file: from video files to a falling loss, with the library's blocks and no trainer.
//   dotnet run examples/Stage1.cs -- FOLDER_WITH_VIDEOS [STEPS]
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using static TorchSharp.torch;

// Shapes: B clips, T frames, N tokens of a clip, Nv visible, Nm hidden, C encoder width, Cp predictor width, D teacher width, P pixels of a
// patch.

var losses = await Stage1Example.TrainAsync(args[0], args.Length > 1 ? int.Parse(args[1]) : 200, Console.WriteLine);
Console.WriteLine($"loss {losses[0]:0.000} -> {losses.TakeLast(10).Average():0.000}");

internal static class Stage1Example
{
    public static async Task<double[]> TrainAsync(string videos, int steps, Action<string> tell)
    {
        const int Batch = 8;
        var preset = Presets.Stage1("tiny");                       // sizes alone; every part is put together below
        var (sizes, grid) = (preset.Model, preset.Model.Encoder.Grid);
        using var weights = new Generator(1);
        using var encoder = sizes.Encoder.Build(weights);
        using var predictor = sizes.Predictor!.Build(sizes.Encoder, weights);
        using var decoder = new DiffusionDecoderConfig { Width = 512, Depth = 2 }.Build(
            predictor.Width, 3 * sizes.Encoder.PatchSize * sizes.Encoder.PatchSize, weights);
        using var alignment = sizes.Alignment!.Build(sizes.Encoder, weights);
        using var teacher = preset.Teacher!.Build(CPU, ScalarType.Float32, seed: 1);
        var masking = new SemanticMaskingConfig().Build(grid);
        var trained = new nn.Module[] { encoder, predictor, decoder, alignment };
        using var optimizer = optim.AdamW(trained.SelectMany(m => m.parameters()), lr: 1e-3, beta1: 0.9, beta2: 0.98, weight_decay: 0.05);

        var manifest = Manifest.FromDirectory(videos);
        var source = new VideoClipSource(manifest, preset.Data, FFMpegTools.Locate());
        var losses = new double[steps];
        var step = 0;
        await foreach (var batch in source.ReadTraining(Batch, seed: 1, TrainingBatches.From(0), CancellationToken.None))
        {
            using (batch) losses[step] = Step(batch.Video, step);
            if (step % 20 == 0) tell($"step {step,4}  loss {losses[step]:0.000}");
            if (++step == steps) break;
        }
        return losses;

        double Step(Tensor video, int index)                        // [B, 3, T, H, W]
        {
            using var scope = NewDisposeScope();
            using var draws = new StepGenerators(seed: 1, index, CPU);
            // The frozen image model: states to align with, a vector a clip, and where it looks.
            var target = teacher.Observe(video, sizes.Alignment!.Layers);
            // Semantic masking: tokens are drawn by the teacher's saliency, the others hidden.
            var mask = masking.Draw((int)video.size(0), target.Saliency, draws.Mask)[0];
            // E sees the visible tokens alone.
            var encoded = encoder.Encode(encoder.Embed(video), mask.Visible, draws.DropPath);
            var middle = Stage1Objective.AlignMiddle(alignment, encoded.Layers, target.Middle, mask.Visible);
            var final = Stage1Objective.AlignFinal(alignment, encoder.Pool(encoded.Tokens), target.Final);
            // P completes the sequence; D learns p(pixels | P's output) at hidden tokens by diffusion.
            var completed = predictor.call(encoded.Tokens, mask);                                                // [B, classes + N, Cp]
            var index3 = (mask.Masked + sizes.Encoder.ClassTokens).unsqueeze(-1).expand(-1, -1, predictor.Width);
            var hidden = completed.gather(1, index3).flatten(0, 1);                                              // [B Nm, Cp]
            var pixels = PixelPatches.Extract(video, sizes.Encoder.PatchSize, mask.Masked);                      // [B Nm, P]
            var loss = middle + final + decoder.TokenLoss(pixels, hidden, draws.Noise).mean();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            return loss.item<float>();
        }
    }
}
