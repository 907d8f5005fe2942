using InternVideoNext.Foundation;
using InternVideoNext.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models.Peers;

public sealed class PeerEncoderTests
{
    public static TheoryData<int> Forms => [.. Enumerable.Range(0, SmallPeers.All.Count)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encode_NativeAndOtherClips_GivesATokenForEveryPlace(int form)
    {
        using var scope = NewDisposeScope();
        var config = SmallPeers.All[form];
        using var encoder = config.Build(new Generator(1));
        foreach (var (frames, height, width) in new[]
            { (config.Frames, config.ImageSize, config.ImageSize), (8, 12, 20), (2, 4, 8) })
        {
            var features = encoder.Encode(Clip(2, frames, height, width));
            var grid = encoder.GridOf(frames, height, width);
            Assert.Equal(features.Grid, grid);
            Assert.Equal([2, grid.Tokens, config.Width], features.Tokens.shape);
            Assert.Equal(encoder.PooledWidth, (int?)features.Pooled?.size(1));
            Assert.False(features.Tokens.requires_grad);
            Assert.True(features.Tokens.isfinite().all().item<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encode_OneClipOfABatch_DoesNotDependOnTheOthers(int form)
    {
        using var scope = NewDisposeScope();
        using var encoder = SmallPeers.All[form].Build(new Generator(1));
        var clips = Clip(3, 4, 8, 8);
        var together = encoder.Encode(clips).Tokens;
        var alone = encoder.Encode(clips.narrow(0, 1, 1)).Tokens;
        Assert.InRange(ReferenceFile.RelativeDifference(alone, together.narrow(0, 1, 1)), 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Forward_Backward_AGradientReachesEveryParameter(int form)
    {
        using var scope = NewDisposeScope();
        using var encoder = SmallPeers.All[form].Build(new Generator(1));
        var features = encoder.forward(Clip(2, 4, 8, 8));
        // Weighted, so that a norm at the end does not make the sum constant.
        var loss = Weighted(features.Tokens);
        if (features.Pooled is { } pooled) loss += Weighted(pooled);
        if (features.ClassTokens is { } classes) loss += Weighted(classes);
        loss.backward();
        Assert.All(
            encoder.named_parameters(),
            p => Assert.True(p.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0, p.name));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encode_AgainAndAgain_LiveTensorsStayConstant(int form)
    {
        using var encoder = SmallPeers.All[form].Build(new Generator(1));
        using var clips = Clip(1, 8, 12, 8).DetachFromDisposeScope();
        encoder.Encode(clips).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) encoder.Encode(clips).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void To_HalfPrecision_TokensStayClose(int form)
    {
        using var scope = NewDisposeScope();
        using var encoder = SmallPeers.All[form].Build(new Generator(1));
        var clips = Clip(1, 4, 8, 8);
        var full = encoder.Encode(clips).Tokens;
        encoder.to(bfloat16);
        var half = encoder.Encode(clips).Tokens;
        Assert.Equal(bfloat16, half.dtype);
        Assert.InRange(ReferenceFile.RelativeDifference(half.to(float32), full), 1e-6, 0.1);
    }

    [Fact]
    public void Encode_AnImage_IsAClipOfItsFrameTwice()
    {
        using var scope = NewDisposeScope();
        using var encoder = SmallPeers.VJepa2.Build(new Generator(1));
        var image = Clip(1, 1, 8, 8);
        Assert.Equal(0, ReferenceFile.RelativeDifference(encoder.Encode(image).Tokens, encoder.Encode(image.repeat(1, 1, 2, 1, 1)).Tokens));
        Assert.Equal(encoder.GridOf(2, 8, 8), encoder.GridOf(1, 8, 8));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encode_ClipThatTheTubeletsDoNotFill_IsRefused(int form)
    {
        using var scope = NewDisposeScope();
        using var encoder = SmallPeers.All[form].Build(new Generator(1));
        Assert.Throws<ArgumentException>(() => encoder.Encode(zeros([1, 3, 4, 8, 10])));
        Assert.Throws<ArgumentException>(() => encoder.Encode(zeros([1, 4, 4, 8, 8])));
        Assert.Throws<ArgumentException>(() => encoder.GridOf(4, 8, 10));
    }

    [Fact]
    public void Build_FieldsThatDoNotFit_AllAreNamed()
    {
        var error = Assert.Throws<ConfigurationException>(
            () => (SmallPeers.VJepa2 with { Heads = 3, ImageSize = 10, Frames = 3, Depth = 0 }).Build(new Generator(1)));
        foreach (var field in (string[])["width", "image_size", "frames", "depth"])
            Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromImageNet_ToPixelsInUnitRange_GivesThePixelsBack()
    {
        using var scope = NewDisposeScope();
        var pixels = rand([2, 3, 2, 4, 4], generator: new Generator(1));
        var mean = tensor(ClipPreprocessing.ImageNetMean.Select(m => (float)m).ToArray()).view(1, 3, 1, 1, 1);
        var deviation = tensor(ClipPreprocessing.ImageNetDeviation.Select(m => (float)m).ToArray()).view(1, 3, 1, 1, 1);
        var normalised = (pixels - mean) / deviation;
        Assert.InRange(ReferenceFile.RelativeDifference(SmallPeers.VideoPrism.Preprocessing.FromImageNet(normalised), pixels), 0, 1e-6);
        Assert.Equal(0, ReferenceFile.RelativeDifference(SmallPeers.VJepa2.Preprocessing.FromImageNet(normalised), normalised));
    }

    private static Tensor Weighted(Tensor x) => (x * randn(x.shape, generator: new Generator(3))).sum();

    private static Tensor Clip(int batch, int frames, int height, int width) =>
        rand([batch, 3, frames, height, width], generator: new Generator(2));
}
