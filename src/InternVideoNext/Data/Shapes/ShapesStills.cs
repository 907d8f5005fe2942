using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Data.Shapes;

// Shapes: F frames, S side of the images

/// <summary>Single frames of the world with what they show, each from a clip of its own, at a random time.</summary>
/// <param name="Images">[F, 3, S, S] float32, from -1 to 1 (mean = std = 0.5 normalised).</param>
/// <param name="Shape">[F] int64.</param>
/// <param name="Backdrop">[F] int64.</param>
internal readonly record struct ShapesStills(Tensor Images, Tensor Shape, Tensor Backdrop)
{
    private const ulong TimeStream = 3;

    /// <summary>Renders the frames, in the caller's dispose scope.</summary>
    public static ShapesStills Render(ShapesWorld world, ShapesSplit split, int first, int count, int size)
    {
        var (rgb, still) = (new byte[count * size * size * 3], size * size * 3);
        var (shape, backdrop) = (new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var clip = world.Clip(split, first + i);
            var random = new DeterministicRandom(SeedSequence.Derive(world.Seed, TimeStream, (ulong)split, (ulong)(first + i)));
            clip.Render(size, [random.NextDouble()], rgb.AsSpan(i * still, still));
            (shape[i], backdrop[i]) = ((long)clip.Shape, (long)clip.Backdrop);
        }

        using var scope = NewDisposeScope();
        var images = tensor(rgb).view(count, size, size, 3).permute(0, 3, 1, 2).to(float32).div(127.5).sub(1).contiguous(); // [F, 3, S, S]
        return new ShapesStills(
            images.MoveToOuterDisposeScope(),
            tensor(shape).MoveToOuterDisposeScope(),
            tensor(backdrop).MoveToOuterDisposeScope());
    }

    /// <summary>Both sets in one.</summary>
    public static ShapesStills Join(ShapesStills a, ShapesStills b) => new(
        cat([a.Images, b.Images]), cat([a.Shape, b.Shape]), cat([a.Backdrop, b.Backdrop]));
}
