using InternVideoNext.Data.Shapes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Data.Shapes;

/// <summary>What can be told from frames: ridge regression on pixels and their squares, 3072 clips to fit, 2048 to score.</summary>
public sealed class ShapesSingleFrameTests : IClassFixture<ShapesSingleFrameTests.RenderedClips>
{
    private const int Fit = 3072;
    private const int Score = 2048;

    private readonly RenderedClips _rendered;

    public ShapesSingleFrameTests(RenderedClips rendered) => _rendered = rendered;

    // Four standard deviations around chance, for 2048 clips.
    private static double Margin(double chance) => 4 * Math.Sqrt(chance * (1 - chance) / Score);

    [Theory]
    [InlineData(ShapesTask.Motion)]
    [InlineData(ShapesTask.Mechanisms)]
    public void Motion_FromASingleFrameOfAnyIndex_IsAtChance(ShapesTask task)
    {
        using var scope = NewDisposeScope();
        var clips = _rendered.Of(task);
        for (var frame = 0; frame < clips.Frames; frame++)
        {
            var (accuracy, chance) = (
                RidgeAccuracy(FrameFeatures(clips.Video.select(1, frame)), clips.Motion, clips.Motions), 1.0 / clips.Motions);
            Assert.True(Math.Abs(accuracy - chance) < Margin(chance), $"frame {frame}: {accuracy:P2}");
        }
    }

    [Theory]
    [InlineData(ShapesTask.Motion)]
    [InlineData(ShapesTask.Mechanisms)]
    public void Motion_FromABagOfFrames_CannotBeToldFromItsReverse(ShapesTask task)
    {
        using var scope = NewDisposeScope();
        var clips = _rendered.Of(task);
        var features = FrameFeatures(clips.Video.flatten(0, 1)).view(Fit + Score, clips.Frames, -1);
        var scores = RidgeScores(cat([features.mean([1]), features.pow(2).mean([1])], 1), clips.Motion, clips.Motions);
        var motion = clips.Motion.slice(0, Fit, Fit + Score, 1).unsqueeze(1);
        var reverse = motion.bitwise_xor(ones_like(motion)); // motions come in pairs: 2k and 2k + 1
        var told = scores.gather(1, motion).gt(scores.gather(1, reverse)).to(float64).mean().item<double>();
        Assert.InRange(told, 0.5 - Margin(0.5), 0.5 + Margin(0.5));
    }

    [Theory]
    [InlineData(ShapesTask.Motion, 0.95)]
    [InlineData(ShapesTask.Mechanisms, 0.6)]
    public void Motion_FromNeighbouringFrames_IsWellAboveChance(ShapesTask task, double least)
    {
        using var scope = NewDisposeScope();
        var clips = _rendered.Of(task);
        var accuracy = RidgeAccuracy(DisplacementFeatures(clips.Video), clips.Motion, clips.Motions);
        Assert.InRange(accuracy, least, 1);
    }

    [Theory]
    [InlineData(ShapesTask.Motion)]
    [InlineData(ShapesTask.Mechanisms)]
    public void Appearance_FromRawPixels_IsAboveChanceButBelowThirtyPercent(ShapesTask task)
    {
        using var scope = NewDisposeScope();
        var clips = _rendered.Of(task);
        var accuracy = RidgeAccuracy(clips.Video.flatten(2).mean([1]), clips.Appearance, 16);
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

    // Cross-correlation over the torus of what differs from the clip's backdrop, between neighbours, at half size, shifts up to 4 pixels.
    private static Tensor DisplacementFeatures(Tensor video)
    {
        var frames = video.size(1);
        video = nn.functional.avg_pool2d(video, 2);
        // Actors are brighter than backdrops, and no pixel is covered all the time.
        var actor = video - video.amin([1], true);
        var spectrum = fft.fft2(actor - actor.mean([2, 3], true));
        var features = new List<Tensor>();
        foreach (var lag in new[] { 1, 2 })
        {
            var cross = spectrum.slice(1, 0, frames - lag, 1).conj() * spectrum.slice(1, lag, frames, 1);
            var correlation = fft.ifft2(cross).real.roll([4, 4], [2, 3]).slice(2, 0, 9, 1).slice(3, 0, 9, 1);
            correlation = correlation / correlation.abs().amax([2, 3], true);
            var half = (frames - lag) / 2;
            features.Add(correlation.mean([1]).flatten(1));
            features.Add(
                (correlation.slice(1, 0, half, 1).mean([1]) - correlation.slice(1, frames - lag - half, frames - lag, 1).mean([1])).flatten(
                1));
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

    /// <summary>
    /// The clips of both tasks with one motion, rendered when asked for: of four frames, and of eight for all mechanisms.
    /// </summary>
    public sealed class RenderedClips : IDisposable
    {
        private readonly Dictionary<ShapesTask, Clips> _clips = [];

        internal Clips Of(ShapesTask task)
        {
            if (!_clips.TryGetValue(task, out var clips)) _clips[task] = clips = new Clips(task, task == ShapesTask.Motion ? 4 : 8);
            return clips;
        }

        public void Dispose()
        {
            foreach (var clips in _clips.Values) clips.Dispose();
        }
    }

    /// <summary>5120 clips, luma only, [N, T, 32, 32] in [0, 1], and their labels.</summary>
    internal sealed class Clips : IDisposable
    {
        public Clips(ShapesTask task, int frames)
        {
            var world = new ShapesWorldConfig { Task = task }.Build(23);
            var luma = new float[(Fit + Score) * frames * 1024];
            var times = ShapesClipSource.SegmentMiddles(frames);
            var (appearance, motion) = (new long[Fit + Score], new long[Fit + Score]);
            Parallel.For(0, Fit + Score, new ParallelOptions { MaxDegreeOfParallelism = 2 }, index =>
            {
                var clip = world.Clip(ShapesSplit.Train, index);
                var rgb = new byte[frames * 1024 * 3];
                clip.Render(32, times, rgb);
                for (var i = 0; i < frames * 1024; i++) luma[(index * frames * 1024) + i] = (
                    rgb[3 * i] + rgb[(3 * i) + 1] + rgb[(3 * i) + 2]) / 765f;
                (appearance[index], motion[index]) = (ShapesWorld.LabelsOf(clip)["appearance"], ShapesWorld.LabelsOf(clip)["motion"]);
            });
            Video = tensor(luma, [Fit + Score, frames, 32, 32]).DetachFromDisposeScope();
            (Appearance, Motion) = (tensor(appearance).DetachFromDisposeScope(), tensor(motion).DetachFromDisposeScope());
            (Frames, Motions) = (frames, world.Labels["motion"].Count);
        }

        public int Frames { get; }

        public int Motions { get; }

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
