using static TorchSharp.torch;

namespace InternVideoNext.Modules;

// Shapes: B batch, N tokens, M chosen tokens, C width

/// <summary>Picks tokens by index tables, without reading anything back from the device.</summary>
public static class TokenGather
{
    /// <summary>tokens[b, index[b, m], :].</summary>
    /// <param name="tokens">[B, N, C], or [1, N, C] for one table shared by all clips.</param>
    /// <param name="index">[B, M] int64, values below N.</param>
    /// <returns>[B, M, C]. The gradient flows to <paramref name="tokens"/>.</returns>
    public static Tensor Select(Tensor tokens, Tensor index)
    {
        using var scope = NewDisposeScope();
        var (clips, length, width) = (tokens.size(0), tokens.size(1), tokens.size(2));
        // Whole rows of a flat table: on the CPU ten times faster than an element-wise gather.
        var rows = clips == 1
            ? index
            : index + arange(clips, dtype: int64, device: index.device).mul_(length).unsqueeze_(1);
        return tokens.reshape(clips * length, width)
            .index_select(0, rows.flatten())
            .view(index.size(0), index.size(1), width) // [B, M, C]
            .MoveToOuterDisposeScope();
    }
}
