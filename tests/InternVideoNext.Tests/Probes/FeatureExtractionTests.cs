using InternVideoNext.Probes;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class FeatureExtractionTests
{
    [Fact]
    public void Encode_FrameMeans_AreEachFramesMeanTokenSideBySide()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var encoder = TinyRun.Encoder.Build(generator);
        var tokens = FeatureExtraction.Encode(encoder, TinyRun.Video(), FeatureKind.Tokens);
        var means = FeatureExtraction.Encode(encoder, TinyRun.Video(), FeatureKind.FrameMeans);
        Assert.Equal([4, 32, 32], tokens.shape);
        Assert.Equal([4, 64], means.shape);
        var values = tokens.data<float>().ToArray();
        for (var clip = 0; clip < 4; clip++)
            for (var frame = 0; frame < 2; frame++)
                for (var channel = 0; channel < 32; channel++)
                {
                    var mean = Enumerable.Range(0, 16).Average(place => values[(((clip * 32) + (frame * 16) + place) * 32) + channel]);
                    Assert.Equal(mean, means[clip, (frame * 32) + channel].item<float>(), 1e-5);
                }
    }

    [Fact]
    public void Keep_FramesInAnotherOrder_ChangesFrameMeansAndNotTheMeanToken()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var tokens = randn([5, 3 * 4, 8], generator: generator);
        var reversed = tokens.unflatten(1, 3, 4).flip(1).flatten(1, 2);
        var (means, back) = (
            FeatureExtraction.Keep(tokens, 3, FeatureKind.FrameMeans), FeatureExtraction.Keep(reversed, 3, FeatureKind.FrameMeans));
        Assert.True(back.Equals(means.unflatten(1, 3, 8).flip(1).flatten(1)));
        Assert.False(back.allclose(means));
        Assert.True(
            FeatureExtraction.Keep(reversed, 3, FeatureKind.MeanToken).allclose(
            FeatureExtraction.Keep(tokens, 3, FeatureKind.MeanToken), atol: 1e-6));
    }
}
