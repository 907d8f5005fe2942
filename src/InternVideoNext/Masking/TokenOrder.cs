using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Masking;

// Shapes: R rows, each an order of E elements; B clips, T frames, L tokens per frame.

/// <summary>Makes index tables from orders of tokens, on the orders' device and without reading from it.</summary>
internal static class TokenOrder
{
    /// <summary>A uniformly random order in each row.</summary>
    public static Tensor Random(long rows, long elements, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        return Ascending(random.Uniform(rows, elements)).MoveToOuterDisposeScope();
    }

    /// <summary>Each row's indices by ascending key; equal keys in order of index.</summary>
    public static Tensor Ascending(Tensor keys) => Sorted(keys, descending: false);

    /// <summary>Each row's indices by descending key; equal keys in order of index.</summary>
    public static Tensor Descending(Tensor keys) => Sorted(keys, descending: true);

    /// <summary>
    /// The first <paramref name="count"/> and the other elements of each row, each ascending: [R, count], [R, E - count].
    /// </summary>
    public static (Tensor First, Tensor Others) Split(Tensor order, int count)
    {
        using var scope = NewDisposeScope();
        var (first, _) = order.narrow(1, 0, count).sort(1, false, false);
        var (others, _) = order.narrow(1, count, order.size(1) - count).sort(1, false, false);
        return (first.MoveToOuterDisposeScope(), others.MoveToOuterDisposeScope());
    }

    /// <summary>From indices within each frame, [B, T or 1, n], to indices within the clip, [B, T * n].</summary>
    public static Tensor OverFrames(Tensor indices, TokenGrid grid)
    {
        using var scope = NewDisposeScope();
        var starts = arange(grid.Frames, dtype: int64, device: indices.device) * grid.TokensPerFrame; // [T]
        return (indices + starts.unsqueeze(1)).flatten(1).MoveToOuterDisposeScope();
    }

    private static Tensor Sorted(Tensor keys, bool descending)
    {
        using var scope = NewDisposeScope();
        var (_, order) = keys.sort(1, descending, stable: true);
        return order.MoveToOuterDisposeScope();
    }
}
