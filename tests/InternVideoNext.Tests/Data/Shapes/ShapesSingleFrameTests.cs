using InternVideoNext.Data.Shapes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Data.Shapes;

/// <summary>What can be told from frames: ridge regression on pixels and their squares, 3072 clips to fit, 2048 to score.</summary>
public sealed class ShapesSingleFrameTests : IClassFixture<ShapesSingleFrameTests.RenderedClips>
{
    private const int Fit = 3072;
    private const int Score = 2048;

    private readonly RenderedClips _clips;

    public ShapesSingleFrameTests(RenderedClips clips) => _clips = clips;

    // Four standard deviations around chance, for 2048 clips.
    private static double Margin(double chance) => 4 * Math.Sqrt(chance * (1 - chance) / Score);

    [Fact]
    public void Motion_FromASingleFrameOfAnyIndex_IsAtChance()
    {
        using var scope = NewDisposeScope();
        for (var frame = 0; frame < 8; frame++)
        {
            var accuracy = RidgeAccuracy(FrameFeatures(_clips.Video.select(1, frame)), _clips.Motion, 8);
            Assert.True(Math.Abs(accuracy - 0.125) < Margin(0.125), $"frame {frame}: {accuracy:P2}");
        }
    }

    [Fact]
    public void Motion_FromABagOfFrames_CannotBeToldFromItsReverse()
    {
        using var scope = NewDisposeScope();
        var features = FrameFeatures(_clips.Video.flatten(0, 1)).view(Fit + Score, 8, -1);
        var scores = RidgeScores(cat([features.mean([1]), features.pow(2).mean([1])], 1), _clips.Motion, 8);
        var motion = _clips.Motion.slice(0, Fit, Fit + Score, 1).unsqueeze(1);
        var reverse = motion.bitwise_xor(ones_like(motion)); // motions come in pairs: 2k and 2k + 1
        var told = scores.gather(1, motion).gt(scores.gather(1, reverse)).to(float64).mean().item<double>();
        Assert.InRange(told, 0.5 - Margin(0.5), 0.5 + Margin(0.5));
    }

    [Fact]
    public void Motion_FromNeighbouringFrames_IsWellAboveChance()
    {
        using var scope = NewDisposeScope();
        var accuracy = RidgeAccuracy(DisplacementFeatures(_clips.Video), _clips.Motion, 8);
        Assert.InRange(accuracy, 0.6, 1);
    }

    [Fact]
    public void Appearance_FromRawPixels_IsAboveChanceButBelowThirtyPercent()
    {
        using var scope = NewDisposeScope();
        var accuracy = RidgeAccuracy(_clips.Video.flatten(2).mean([1]), _clips.Appearance, 16);
        Assert.InRange(accuracy, 0.0625 + Margin(0.0625), 0.3);
    }

    // [B, H, W] to pixels at half size, their squares and both gradients' squares.
    private static Tensor FrameFeatures(Tensor frames)
    {
        var pixels = nn.functional.avg_pool2d(frames.unsqueeze(1), 2).squeeze(1);
        var (dx, dy) = (frames.diff(1, 2), frames.diff(1, 1));
        var texture = cat([Pool(dx.pow(2)), Pool(dy.pow(2))], 1);
        return cat([pixels.flatten(1), Pool((frames - frames.mean([1, 2], true)).pow(2)), texture], 1);

        static Tensor Pool(Tensor x) => nn.functional.adaptive_avg_pool2d(x.unsqueeze(1), 4).flatten(1);
    }

    // Cross-correlation over the torus of what differs from the clip's mean frame, between neighbours, at half size, shifts up to 3 pixels.
    private static Tensor DisplacementFeatures(Tensor video)
    {
        video = nn.functional.avg_pool2d(video, 2);
        var actor = (video - video.sort(1).Values.slice(1, 3, 4, 1)).abs();
        var spectrum = fft.fft2(actor - actor.mean([2, 3], true));
        var features = new List<Tensor>();
        foreach (var lag in new[] { 1, 2 })
        {
            var cross = spectrum.slice(1, 0, 8 - lag, 1).conj() * spectrum.slice(1, lag, 8, 1);
            var correlation = fft.ifft2(cross).real.roll([3, 3], [2, 3]).slice(2, 0, 7, 1).slice(3, 0, 7, 1);
            correlation = correlation / correlation.abs().amax([2, 3], true);
            features.Add(correlation.mean([1]).flatten(1));
            features.Add((correlation.slice(1, 0, 3, 1).mean([1]) - correlation.slice(1, 5 - lag, 8 - lag, 1).mean([1])).flatten(1));
        }

        var all = cat(features, 1);
        return cat([all, all.pow(2)], 1);
    }

    private static double RidgeAccuracy(Tensor features, Tensor labels, int classes) =>
        RidgeScores(features, labels, classes).argmax(1).eq(labels.slice(0, Fit, Fit + Score, 1)).to(float64).mean().item<double>();

    // Fitted on the first clips, [Score, classes] of the others.
    private static Tensor RidgeScores(Tensor features, Tensor labels, int classes)
    {
        var fitted = features.slice(0, 0, Fit, 1);
        var x = (features - fitted.mean([0])) / (fitted.std(0) + 1e-6);
        x = cat([x, ones([x.shape[0], 1])], 1);
        fitted = x.slice(0, 0, Fit, 1);
        var targets = nn.functional.one_hot(labels.slice(0, 0, Fit, 1), classes).to(float32);
        var gram = fitted.t().matmul(fitted) + (eye(x.shape[1]) * (0.03 * Fit));
        return x.slice(0, Fit, Fit + Score, 1).matmul(linalg.solve(gram, fitted.t().matmul(targets)));
    }

    /// <summary>5120 clips, luma only, [N, 8, 32, 32] in [0, 1], and their labels.</summary>
    public sealed class RenderedClips : IDisposable
    {
        public RenderedClips()
        {
            var world = new ShapesWorldConfig().Build(23);
            var luma = new float[(Fit + Score) * 8 * 1024];
            var times = ShapesClipSource.SegmentTimes(8, null);
            var (appearance, motion) = (new long[Fit + Score], new long[Fit + Score]);
            Parallel.For(0, Fit + Score, new ParallelOptions { MaxDegreeOfParallelism = 2 }, index =>
            {
                var clip = world.Clip(ShapesSplit.Train, index);
                var rgb = new byte[8 * 1024 * 3];
                clip.Render(32, times, rgb);
                for (var i = 0; i < 8 * 1024; i++) luma[(index * 8 * 1024) + i] = (rgb[3 * i] + rgb[(3 * i) + 1] + rgb[(3 * i) + 2]) / 765f;
                (appearance[index], motion[index]) = (ShapesWorld.LabelsOf(clip)["appearance"], ShapesWorld.LabelsOf(clip)["motion"]);
            });
            Video = tensor(luma, [Fit + Score, 8, 32, 32]);
            (Appearance, Motion) = (tensor(appearance), tensor(motion));
        }

        public Tensor Video { get; }

        public Tensor Appearance { get; }

        public Tensor Motion { get; }

        public void Dispose()
        {
            Video.Dispose();
            Appearance.Dispose();
            Motion.Dispose();
        }
    }
}
