using InternVideoNext.Models;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

public sealed class PixelTermTests
{
    [Fact]
    public void AddTo_Quarters_AreTheMeansOfTheTokensInThem()
    {
        using var scope = NewDisposeScope();
        using var stage = (Stage1)TinyRun.Build(TinyRun.Stage1);
        var video = TinyRun.Video();
        var decoder = (DiffusionDecoder)stage.Student.PixelDecoder!;
        using var masks = new Generator(4);
        var mask = new InternVideoNext.Masking.RandomMaskingConfig().Build(TinyRun.Encoder.Grid).Draw(4, null, masks)[0];
        var predicted = randn([4, mask.Masked.size(1), stage.Student.Predictor!.Width], generator: masks);

        var losses = new WeightedLosses();
        using (var noise = new Generator(8)) PixelTerm.AddTo(losses, 1, stage.Student, predicted, video, mask, noise);
        var sum = losses.Sum();

        using var again = new Generator(8);
        var target = PixelPatches.Extract(video, 4, mask.Masked);
        var t = decoder.DrawTimesteps(target.size(0), CPU, again);
        var tokens = decoder.TokenLoss(target, predicted.flatten(0, 1), t, again);
        Assert.Equal(tokens.mean().item<float>(), sum.Total.item<float>());
        var steps = t.data<long>().ToArray();
        var values = tokens.data<float>().ToArray();
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var own = values.Where((_, i) => steps[i] / 250 == quarter).ToList();
            Assert.Equal($"pixel_t{quarter + 1}", sum.Details[quarter].Key);
            Assert.Equal(own.Average(), sum.Details[quarter].Value.item<float>(), 1e-4);
        }
        Assert.Equal(values.Length, steps.Count(s => s is >= 0 and < 1000));
    }
}
