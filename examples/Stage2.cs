#!/usr/bin/env dotnet
#:project ../src/InternVideoNext/InternVideoNext.csproj
#:package libtorch-cpu-linux-x64
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
// Stage 2 in one file: the encoder of Stage 1 is frozen as a teacher, and its latents are predicted behind block masks.
//   dotnet run examples/Stage2.cs -- FOLDER_WITH_VIDEOS STAGE1_CHECKPOINT [STEPS]
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using static TorchSharp.torch;

// Shapes: B clips, T frames, N tokens of a clip, Nv visible, Nm hidden, C encoder width.

var losses = await Stage2Example.TrainAsync(args[0], args[1], args.Length > 2 ? int.Parse(args[2]) : 200, Console.WriteLine);
Console.WriteLine($"loss {losses[0]:0.000} -> {losses.TakeLast(10).Average():0.000}");

internal static class Stage2Example
{
    public static async Task<double[]> TrainAsync(string videos, string checkpoint, int steps, Action<string> tell)
    {
        const int Batch = 8;
        using var stage1 = ModelCheckpoint.Open(checkpoint, CPU);
        using var teacher = ModelCheckpoint.OpenEncoder(checkpoint, CPU);
        var (encoder, predictor, sizes) = (stage1.Encoder, stage1.Predictor!, stage1.Config.Encoder);
        using var weights = new Generator(2);
        using var decoder = new LatentDecoderConfig().Build(predictor.Width, sizes.Width, weights);
        var masking = new MultiBlockMaskingConfig { Blocks = [new MaskBlocks(3, 0.15), new MaskBlocks(2, 0.4)] }.Build(sizes.Grid);
        var trained = new nn.Module[] { encoder, predictor, decoder };
        using var optimizer = optim.AdamW(trained.SelectMany(m => m.parameters()), lr: 1e-3, beta1: 0.9, beta2: 0.98, weight_decay: 0.05);

        var source = new VideoClipSource(Manifest.FromDirectory(videos), ModelCheckpoint.ReadConfig(checkpoint).Data, FFMpegTools.Locate());
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
            // What the frozen teacher makes of the whole clip, of unit length.
            var targets = Stage2Objective.Targets(teacher, video);                                               // [B, N, C]
            var patches = encoder.Embed(video);
            var loss = zeros(1);
            foreach (var mask in masking.Draw((int)video.size(0), saliency: null, draws.Mask))
            {
                var encoded = encoder.Encode(patches, mask.Visible, draws.DropPath).Tokens;
                var latents = decoder.call(stage1.PredictMasked(encoded, mask));                                 // [B, Nm, C]
                loss += Stage2Objective.Loss(latents, targets, mask);                                            // 2 - 2 cos
            }
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            return loss.item<float>();
        }
    }
}
