using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using static TorchSharp.torch;

namespace InternVideoNext.Ablations;

// Shapes: B clips, T frames, S side, L tokens of a frame, C encoder width.

/// <summary>What a trained classifier that sees no order of time makes of the world.</summary>
/// <param name="Frames">Which frames it sees: one by its index, or all as an unordered bag.</param>
/// <param name="Index">The one frame; null for the bag.</param>
/// <param name="Motion">Accuracy on new clips, 0..1.</param>
/// <param name="MotionInterval">Its 95 % interval over the test clips.</param>
/// <param name="AxisOfMotion">Share of clips put on the right axis (along x, along y), 0..1; chance is a half.</param>
/// <param name="Appearance">Accuracy on appearance, which each frame shows: that the classifier has learned at all.</param>
public sealed record WorldCondition(
    string Frames, int? Index, double Motion, ConfidenceInterval MotionInterval, double AxisOfMotion, double Appearance);

/// <summary>
/// Whether the synthetic world keeps what it promises: trained with labels, single frames at every index and unordered bags of frames
/// tell nothing of the direction. The classifier is the preset's encoder on single frames, the mean of its tokens and a linear layer a
/// label; of a bag, the mean over the frames.
/// </summary>
/// <param name="preset">One of the synthetic presets: the encoder's size.</param>
/// <param name="seed">Of the world, the weights and the order.</param>
public sealed class WorldConditions(string preset, ulong seed)
{
    private const int Batch = 16;
    private const int TestClips = 2048;
    private const int AxisOf = 2; // right and left are classes 0 and 1, down and up 2 and 3
    private const double LearningRate = 1e-3;

    private readonly Stage1Config _run = Presets.Stage1(preset);

    /// <summary>Trains and measures a classifier of each frame, then one of the bag.</summary>
    /// <param name="clips">Clips that each is trained on, at least 16.</param>
    /// <param name="progress">Told the share done, 0..1.</param>
    /// <param name="cancellation">Stops between steps.</param>
    public IReadOnlyList<WorldCondition> Measure(int clips, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clips, Batch);
        var frames = _run.Data.Frames;
        var found = new List<WorldCondition>();
        for (var index = 0; index <= frames; index++)
        {
            var done = index;
            var condition = index < frames ? index : (int?)null;
            found.Add(Measure(condition, clips, share => progress?.Report((done + share) / (frames + 1)), cancellation));
        }
        return found;
    }

    private WorldCondition Measure(int? index, int clips, Action<double> report, CancellationToken cancellation)
    {
        var world = new ShapesWorldConfig().Build(seed);
        using var generator = StepGenerators.ForWeights(SeedSequence.Derive(seed, (ulong)(index ?? _run.Data.Frames)));
        using var classifier = Classifier(world, generator);
        using var optimizer = optim.AdamW(classifier.parameters(), LearningRate, weight_decay: _run.Training.WeightDecay);
        var steps = clips / Batch;
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var share = Math.Min(1, Math.Min((step + 1) / 100.0, 4.0 * (steps - step) / steps));
            foreach (var group in optimizer.ParamGroups) group.LearningRate = LearningRate * share;
            var (video, labels) = Read(world, ShapesSplit.Train, step * Batch, Batch, index);
            var features = Features(classifier, video);
            var losses = classifier.LabelHeads!.Labels
                .Select(label => nn.functional.cross_entropy(classifier.LabelHeads.Logits(features, label), labels[label]));
            var loss = losses.Aggregate((a, b) => a + b);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            if (step % 20 == 0) report((double)step / steps);
        }
        return Test(classifier, world, index, cancellation);
    }

    private WorldCondition Test(EncoderPredictorDecoder classifier, ShapesWorld world, int? index, CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        var (motion, axis, appearance) = (0L, 0L, 0L);
        for (var first = 0; first < TestClips; first += 64)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (video, labels) = Read(world, ShapesSplit.Test, first, 64, index);
            var features = Features(classifier, video);
            var answer = classifier.LabelHeads!.Logits(features, AblationClaims.Motion).argmax(1);
            var truth = labels[AblationClaims.Motion];
            motion += answer.eq(truth).sum().item<long>();
            axis += answer.div(AxisOf, RoundingMode.floor).eq(truth.div(AxisOf, RoundingMode.floor)).sum().item<long>();
            appearance += classifier.LabelHeads.Logits(features, AblationClaims.Appearance).argmax(1).eq(
                labels[AblationClaims.Appearance]).sum().item<long>();
        }
        return new WorldCondition(
            index is { } i ? $"frame {i} alone" : "all frames, as a bag", index,
            (double)motion / TestClips, Confidence.Wilson((int)motion, TestClips), (double)axis / TestClips,
                (double)appearance / TestClips);
    }

    private EncoderPredictorDecoder Classifier(ShapesWorld world, Generator generator) => new ModelConfig
    {
        Encoder = _run.Model.Encoder with { Frames = 1 },
        Decoder = new LabelHeadsConfig { Classes = world.Labels.ToDictionary(l => l.Key, l => l.Value.Count) },
    }.Build(generator);

    // [B, 3, T or 1, S, S] to the mean token of all frames, [B, C].
    private static Tensor Features(EncoderPredictorDecoder classifier, Tensor video)
    {
        var (clips, frames) = (video.size(0), video.size(2));
        var stills = video.transpose(1, 2).flatten(0, 1).unsqueeze(2);                                  // [B T, 3, 1, S, S]
        var classes = classifier.Config.Encoder.ClassTokens;
        var tokens = classifier.Encoder.Encode(classifier.Encoder.Embed(stills), visible: null, dropPath: null).Tokens;
        return tokens.narrow(1, classes, tokens.size(1) - classes).mean([1]).view(clips, frames, -1).mean([1]);
    }

    private (Tensor Video, Dictionary<string, Tensor> Labels) Read(ShapesWorld world, ShapesSplit split, int first, int count, int? index)
    {
        var (size, frames) = (_run.Data.Size, _run.Data.Frames);
        double[] times = [.. ShapesClipSource.SegmentMiddles(frames).Where((_, i) => index is null || i == index)];
        var rgb = new byte[times.Length * size * size * 3];
        var video = empty([count, 3, times.Length, size, size]);
        var labels = world.Labels.Keys.ToDictionary(l => l, _ => new long[count]);
        for (var i = 0; i < count; i++)
        {
            var clip = world.Clip(split, first + i);
            clip.Render(size, times, rgb);
            ImageNetPixels.Write(rgb, ImageNetPixels.Floats(video).Slice(i * rgb.Length, rgb.Length));
            foreach (var (label, value) in ShapesWorld.LabelsOf(clip)) labels[label][i] = value;
        }
        return (video, labels.ToDictionary(l => l.Key, l => tensor(l.Value)));
    }
}
