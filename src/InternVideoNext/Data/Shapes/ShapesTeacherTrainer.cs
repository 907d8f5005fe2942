using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Data.Shapes;

// Shapes: F frames, S side of the images, D width

/// <summary>
/// Trains the world's image teacher, the stand-in for SigLIP2, to tell shape and backdrop of single frames by two
/// linear heads on its pooled vector. It learns nothing of motion: no frame of the world shows any.
/// <para>
/// Half of each batch is rendered at twice the size, cut at random (two thirds of the side to all of it) and made smaller by
/// averaging: so the teacher also knows what video files look like after decoding, cropping and resizing.
/// </para>
/// </summary>
public sealed class ShapesTeacherTrainer
{
    private readonly ShapesTeacherTraining _config;
    private readonly ShapesWorld _world;
    private readonly ulong _seed;

    internal ShapesTeacherTrainer(ShapesTeacherTraining config, ShapesWorld world, ulong seed) =>
        (_config, _world, _seed) = (config, world, seed);

    /// <summary>Trains from random weights, on the CPU.</summary>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Ends the training at the next step.</param>
    /// <returns>The teacher with its accuracy; its holder disposes it.</returns>
    public ShapesTeacher Train(IProgress<ShapesTeacherProgress>? progress, CancellationToken cancellation)
    {
        using var generator = new Generator(SeedSequence.Derive(_seed, 0), CPU);
        var tower = _config.Tower.Build(generator);
        var heads = Layers.Linear(_config.Width, ShapesTeacher.HeadOutputs, bias: true, std: 0.02, generator);
        using var optimizer = optim.AdamW(
            [.. tower.parameters(), .. heads.parameters()], _config.LearningRate, weight_decay: _config.WeightDecay);
        for (var step = 0; step < _config.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups) group.LearningRate = _config.LearningRateAt(step);
            var loss = Loss(tower, heads, Draw(step));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            progress?.Report(new ShapesTeacherProgress(step + 1, loss.item<float>()));
        }

        return new ShapesTeacher(tower, heads, accuracy: null).Scored(_world, _config.ScoredFrames);
    }

    private ShapesStills Draw(int step)
    {
        var (size, first, cuts) = (_config.ImageSize, step * _config.Batch, _config.Batch / 2);
        var plain = ShapesStills.Render(_world, ShapesSplit.Train, first, _config.Batch - cuts, size);
        var large = ShapesStills.Render(_world, ShapesSplit.Train, first + _config.Batch - cuts, cuts, 2 * size);
        return ShapesStills.Join(
            plain, large with { Images = Cut(large.Images, size, new DeterministicRandom(SeedSequence.Derive(_seed, 1, (ulong)step))) });
    }

    // [F, 3, 2S, 2S] -> [F, 3, S, S]: one square for the whole batch.
    private static Tensor Cut(Tensor images, int size, DeterministicRandom random)
    {
        var whole = 2 * size;
        var side = whole - random.NextInt((whole / 3) + 1);
        var (top, left) = (random.NextInt(whole - side + 1), random.NextInt(whole - side + 1));
        return functional.adaptive_avg_pool2d(images.narrow(2, top, side).narrow(3, left, side), size);
    }

    private static Tensor Loss(SiglipVisionTower tower, Linear heads, ShapesStills stills)
    {
        var (shape, backdrop) = ShapesTeacher.Split(heads.forward(tower.forward(stills.Images, null).Pooled));
        return functional.cross_entropy(shape, stills.Shape) + functional.cross_entropy(backdrop, stills.Backdrop);
    }
}

/// <summary>How far the training of the teacher is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">The last step's loss: the sum of two cross-entropies.</param>
public readonly record struct ShapesTeacherProgress(int Step, double Loss);
