using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, H heads, N sequence, D head width; W block length, n blocks (n W >= N)

/// <summary>
/// Attention within a band, |q - k| &lt;= radius. A long sequence is cut into blocks, each attending to itself and its two
/// neighbours, so that the cost grows with N and not with N squared; a short one uses one masked matrix.
/// Made once per forward pass and shared by its layers.
/// </summary>
public sealed class LocalAttention
{
    private readonly long _length;
    private readonly long _block;
    private readonly Tensor? _mask;

    private LocalAttention(long length, long block, Tensor? mask) => (_length, _block, _mask) = (length, block, mask);

    /// <summary>Whether the sequence is cut into blocks.</summary>
    public bool IsBlocked => _block > 0;

    /// <summary>Chooses the cheaper way for a sequence, and makes its additive mask in the current dispose scope.</summary>
    /// <param name="length">N.</param>
    /// <param name="radius">Largest distance attended to, at least 1.</param>
    /// <param name="dtype">Type of queries and keys.</param>
    /// <param name="device">Where they lie.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="radius"/> is below 1.</exception>
    public static LocalAttention For(long length, long radius, ScalarType dtype, Device device)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(radius, 1);
        return WayFor(length, radius) switch
        {
            LocalAttentionWay.Everywhere => new LocalAttention(length, 0, null),
            LocalAttentionWay.MaskedMatrix => Full(length, radius, dtype, device),
            _ => Blocked(length, radius, BlockFor(radius), dtype, device),
        };
    }

    /// <summary>The cheaper way for a sequence.</summary>
    /// <param name="length">N.</param>
    /// <param name="radius">Largest distance attended to.</param>
    public static LocalAttentionWay WayFor(long length, long radius) =>
        length <= radius + 1 ? LocalAttentionWay.Everywhere
        : length > 6 * BlockFor(radius) ? LocalAttentionWay.Blocks : LocalAttentionWay.MaskedMatrix;

    // Rows of a mask begin at multiples of 16 elements, or the fused kernels on CUDA copy it.
    private static long BlockFor(long radius) => (radius + 15) / 16 * 16;

    internal static LocalAttention Full(long length, long radius, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        var place = arange(length, dtype: int64, device: device);
        var outside = (place.unsqueeze(1) - place).abs_() > radius; // [N, N]
        return new LocalAttention(length, 0, Additive(outside, dtype).MoveToOuterDisposeScope());
    }

    internal static LocalAttention Blocked(long length, long radius, long block, ScalarType dtype, Device device)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, radius);
        using var scope = NewDisposeScope();
        var blocks = (length + block - 1) / block;
        var start = arange(blocks, dtype: int64, device: device).mul_(block).view(blocks, 1, 1);
        var query = start + arange(block, dtype: int64, device: device).view(1, block, 1); // [n, W, 1]
        var key = start + arange(-block, 2 * block, dtype: int64, device: device).view(1, 1, 3 * block); // [n, 1, 3W]
        var outside = ((query - key).abs_() > radius).logical_or_(key < 0).logical_or_(key >= length); // [n, W, 3W]
        return new LocalAttention(length, block, Additive(outside.unsqueeze(0), dtype).MoveToOuterDisposeScope()); // [1, n, W, 3W]
    }

    /// <summary>Softmax attention within the band, scores scaled by D^-1/2.</summary>
    /// <param name="query">[B, H, N, D].</param>
    /// <param name="key">[B, H, N, D].</param>
    /// <param name="value">[B, H, N, D].</param>
    /// <returns>[B, H, N, D].</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value)
    {
        if (!IsBlocked) return functional.scaled_dot_product_attention(query, key, value, attn_mask: _mask!, p: 0);
        using var scope = NewDisposeScope();
        var (batch, heads, width) = (query.size(0), query.size(1), query.size(3));
        // Clips and heads together are the batch, blocks take the place of heads: the mask then broadcasts unexpanded.
        var mixed = functional.scaled_dot_product_attention(
            Blocks(query, 0), Neighbourhoods(key), Neighbourhoods(value), attn_mask: _mask!, p: 0); // [BH, n, W, D]
        return mixed.reshape(batch, heads, -1, width).narrow(2, 0, _length).MoveToOuterDisposeScope();
    }

    // [B, H, N, D] -> [BH, n + 2 margin, W, D], zeros outside the sequence.
    private Tensor Blocks(Tensor x, long margin)
    {
        var behind = (_block - (_length % _block)) % _block;
        return functional.pad(x, [0, 0, margin * _block, behind + (margin * _block)]).view(x.size(0) * x.size(1), -1, _block, x.size(3));
    }

    // [B, H, N, D] -> [BH, n, 3W, D]: each block between its neighbours.
    private Tensor Neighbourhoods(Tensor x)
    {
        using var scope = NewDisposeScope();
        var padded = Blocks(x, 1); // [BH, n + 2, W, D]
        return padded.unfold(1, 3, 1) // [BH, n, W, D, 3], a view
            .permute(0, 1, 4, 2, 3)
            .reshape(padded.size(0), -1, 3 * _block, padded.size(3))
            .MoveToOuterDisposeScope();
    }

    private static Tensor Additive(Tensor outside, ScalarType dtype) =>
        zeros(outside.shape, dtype: dtype, device: outside.device).masked_fill_(outside, double.NegativeInfinity);
}

/// <summary>The ways in which <see cref="LocalAttention"/> attends within a band.</summary>
public enum LocalAttentionWay
{
    /// <summary>The band covers the sequence: plain attention.</summary>
    Everywhere,

    /// <summary>One matrix with a mask.</summary>
    MaskedMatrix,

    /// <summary>Blocks, each with its two neighbours.</summary>
    Blocks,
}
