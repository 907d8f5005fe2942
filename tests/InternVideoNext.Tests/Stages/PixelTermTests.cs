using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Stages;

public sealed class PixelTermTests : IDisposable
{
    private static readonly string[] Listening = ["listening_t1", "listening_t2", "listening_t3", "listening_t4"];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void AddTo_Quarters_AreTheMeansOfTheTokensInThem()
    {
        using var stage = Stage(new());
        var (video, mask, predicted) = Inputs(4);
        var sum = Add(stage, video, mask, predicted);

        var decoder = Decoder(stage);
        using var again = new Generator(8);
        var target = PixelPatches.Extract(video, 4, mask.Masked);
        var t = decoder.DrawTimesteps(target.size(0), again);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AddTo_AllTokensAtOneNoiseLevel_IsTheObjectivesLossToTheBit(bool measuresListening)
    {
        using var stage = Stage(new() { TokenShare = 1, NoiseLevels = 1 });
        Perturb(Decoder(stage));
        var (video, mask, predicted) = Inputs(4);
        using var noise = new Generator(8);
        var expected = Stage1Objective.Pixel(stage.Student, predicted, video, mask, noise);
        Assert.Equal(expected.item<float>(), Add(stage, video, mask, predicted, measuresListening).Total.item<float>());
    }

    [Theory]
    [InlineData(0.25, 1)]
    [InlineData(0.25, 3)]
    [InlineData(1, 2)]
    public void AddTo_ShareAndLevels_ReadSoManyTokensSoOften(double share, int levels)
    {
        using var stage = Stage(new() { TokenShare = share, NoiseLevels = levels });
        var decoder = Decoder(stage);
        Perturb(decoder);
        var (video, mask, predicted) = Inputs(4);
        predicted.requires_grad_();
        var total = Add(stage, video, mask, predicted).Total;
        total.backward();
        var read = predicted.grad!.flatten(0, 1).abs().sum(1).gt(0);
        Assert.Equal((long)(share * read.size(0)), read.sum().item<long>());

        // The same draws by hand.
        using var again = new Generator(8);
        var (target, z) = (PixelPatches.Extract(video, 4, mask.Masked), predicted.detach().flatten(0, 1));
        if (share < 1)
        {
            var chosen = randperm(target.size(0), dtype: int64, generator: again).narrow(0, 0, read.sum().item<long>());
            Assert.True(read.nonzero().flatten().Equals(chosen.sort().Values));
            (target, z) = (target[chosen], z[chosen]);
        }
        Assert.Equal(decoder.TokenLoss(target.repeat(levels, 1), z.repeat(levels, 1), again).mean().item<float>(), total.item<float>());
    }

    [Fact]
    public void AddTo_ShareOfTokens_ReadsOthersEveryTime()
    {
        using var stage = Stage(new() { TokenShare = 0.25 });
        Perturb(Decoder(stage));
        var (video, mask, predicted) = Inputs(4);
        predicted.requires_grad_();
        using var noise = new Generator(8);
        Assert.False(Read().Equals(Read()));

        Tensor Read()
        {
            predicted.grad?.zero_();
            Add(stage, video, mask, predicted, noise: noise).Total.backward();
            return predicted.grad!.flatten(0, 1).abs().sum(1).gt(0);
        }
    }

    [Fact]
    public void AddTo_ListeningNotAskedForOrOneClip_IsAbsent()
    {
        using var stage = Stage(new());
        var (video, mask, predicted) = Inputs(4);
        Assert.DoesNotContain(Add(stage, video, mask, predicted).Details, detail => Listening.Contains(detail.Key));
        Assert.Equal(Listening, Add(stage, video, mask, predicted, measuresListening: true).Details.Skip(4).Select(detail => detail.Key));
        // There is no other clip.
        (video, mask, predicted) = Inputs(1);
        Assert.DoesNotContain(
            Add(stage, video, mask, predicted, measuresListening: true).Details, detail => Listening.Contains(detail.Key));
    }

    [Fact]
    public void AddTo_DecoderWithoutCondition_ListensToNothing()
    {
        using var stage = Stage(new());
        Perturb(Decoder(stage));
        var (video, mask, predicted) = Inputs(4);
        Assert.Contains(Measure(), value => Math.Abs(value) > 1e-6);
        using (no_grad())
            foreach (var (name, parameter) in Decoder(stage).named_parameters())
                if (name.StartsWith("net.cond_embed.", StringComparison.Ordinal)) parameter.zero_();
        Assert.All(Measure(), value => Assert.Equal(0, value, 1e-6));

        List<float> Measure() => ListeningOf(Add(stage, video, mask, predicted, measuresListening: true));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.5, 2)]
    public void AddTo_DecoderThatNeedsItsCondition_Listens(double share, int levels)
    {
        using var stage = Stage(new() { TokenShare = share, NoiseLevels = levels });
        var (video, mask, _) = Inputs(4);
        // Half of a patch is told by the predictor's output.
        var predicted = PixelPatches.Extract(video, 4, mask.Masked).narrow(1, 0, 24).unflatten(0, 4, -1).contiguous();
        var optimizer = optim.Adam(Decoder(stage).parameters(), 1e-2);
        using var noise = new Generator(8);
        for (var step = 0; step < 200; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            Add(stage, video, mask, predicted, noise: noise).Total.backward();
            optimizer.step();
        }
        var listening = ListeningOf(Add(stage, video, mask, predicted, measuresListening: true, noise));
        Assert.True(listening[0] > 0.2, string.Join(", ", listening));
        // Another clip's output that is the same as the own one does no harm: the same token's of another clip is taken.
        var same = predicted[0].unsqueeze(0).expand(4, -1, -1).contiguous();
        Assert.All(ListeningOf(Add(stage, video, mask, same, measuresListening: true, noise)), value => Assert.Equal(0, value, 1e-6));
    }

    private static Stage1 Stage(DiffusionDecoderConfig decoder) =>
        (Stage1)TinyRun.Build(
            TinyRun.Stage1 with { Model = TinyRun.Stage1.Model with { Decoder = decoder with { Width = 24, Depth = 1 } } });

    private static DiffusionDecoder Decoder(Stage1 stage) => (DiffusionDecoder)stage.Student.PixelDecoder!;

    private static (Tensor Video, TokenMask Mask, Tensor Predicted) Inputs(int clips)
    {
        using var masks = new Generator(4);
        var mask = new RandomMaskingConfig().Build(TinyRun.Encoder.Grid).Draw(clips, null, masks)[0];
        return (TinyRun.Video(clips), mask, randn([clips, mask.Masked.size(1), 24], generator: masks));
    }

    // Zero-initialised layers keep a new decoder from answering anything.
    private static void Perturb(DiffusionDecoder decoder)
    {
        using var generator = new Generator(9);
        using var noGrad = no_grad();
        foreach (var parameter in decoder.parameters()) parameter.add_(randn(parameter.shape, generator: generator) * 0.1);
    }

    private static LossParts Add(
        Stage1 stage, Tensor video, TokenMask mask, Tensor predicted, bool measuresListening = false, TensorRandom? noise = null)
    {
        var losses = new WeightedLosses();
        using var own = new Generator(8);
        PixelTerm.AddTo(losses, "pixel", 1, stage.Student, predicted, video, mask, noise ?? own, measuresListening);
        return losses.Sum();
    }

    private static List<float> ListeningOf(LossParts parts) =>
        [.. parts.Details.Where(d => Listening.Contains(d.Key)).Select(d => d.Value.item<float>())];
}
