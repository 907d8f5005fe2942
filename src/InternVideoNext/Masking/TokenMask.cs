using static TorchSharp.torch;

namespace InternVideoNext.Masking;

// Shapes: B clips, N tokens per clip, Nv visible tokens, Nm masked tokens; N = Nv + Nm in every clip.

/// <summary>
/// Which tokens of each clip are visible and which are masked, as sorted index tables: models gather by index, which
/// needs no synchronisation with the device. Every clip of a batch keeps equally many visible tokens.
/// </summary>
public sealed class TokenMask : IDisposable
{
    private TokenMask(Tensor visible, Tensor masked)
    {
        Visible = visible;
        Masked = masked;
    }

    /// <summary>Indices of the visible tokens, [B, Nv] int64, ascending in each row.</summary>
    public Tensor Visible { get; }

    /// <summary>Indices of the masked tokens, [B, Nm] int64, ascending in each row.</summary>
    public Tensor Masked { get; }

    /// <summary>Tokens per clip, N.</summary>
    public long TokenCount => Visible.size(1) + Masked.size(1);

    /// <summary>Builds the tables from a boolean mask.</summary>
    /// <param name="mask">[B, N] bool, true = masked, with <paramref name="visibleCount"/> false entries in every row.</param>
    /// <param name="visibleCount">Nv. Given by the policy, so that nothing is read back from the device.</param>
    public static TokenMask FromBoolean(Tensor mask, long visibleCount)
    {
        using var scope = NewDisposeScope();
        // Keys are unique: visible tokens before masked ones, each in token order.
        var tokens = mask.size(1);
        var order = (mask.to(int64) * tokens).add(arange(tokens, dtype: int64, device: mask.device)).argsort(dim: 1);
        var masked = tokens - visibleCount;
        return new TokenMask(
            order.narrow(1, 0, visibleCount).contiguous().MoveToOuterDisposeScope(),
            order.narrow(1, visibleCount, masked).contiguous().MoveToOuterDisposeScope());
    }

    /// <summary>Takes over two index tables that together name every token of a clip once.</summary>
    /// <param name="visible">[B, Nv] int64, ascending in each row.</param>
    /// <param name="masked">[B, Nm] int64, ascending in each row. Their content is not checked: that would read the device.</param>
    /// <exception cref="ArgumentException">The tables' shapes or types do not fit together.</exception>
    public static TokenMask FromIndices(Tensor visible, Tensor masked)
    {
        if (visible.dim() != 2 || masked.dim() != 2 || visible.size(0) != masked.size(0)
            || visible.dtype != int64 || masked.dtype != int64)
            throw new ArgumentException(
                $"Index tables must be int64 of shapes [B, Nv] and [B, Nm], not {visible.dtype} [{string.Join(", ", visible.shape)}] "
                + $"and {masked.dtype} [{string.Join(", ", masked.shape)}].", nameof(masked));
        return new TokenMask(visible, masked);
    }

    /// <summary>Back to a boolean mask, [B, N], true = masked.</summary>
    public Tensor ToBoolean()
    {
        using var scope = NewDisposeScope();
        var mask = zeros(Visible.size(0), TokenCount, dtype: @bool, device: Visible.device);
        return mask.scatter(1, Masked, ones_like(Masked, dtype: @bool)).MoveToOuterDisposeScope();
    }

    /// <summary>A copy on <paramref name="device"/>.</summary>
    public TokenMask To(Device device) => new(Visible.to(device, copy: true), Masked.to(device, copy: true));

    /// <summary>Takes both tables out of the current dispose scope into the one around it.</summary>
    public TokenMask MoveToOuterDisposeScope()
    {
        Visible.MoveToOuterDisposeScope();
        Masked.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Takes both tables out of every dispose scope; the caller disposes the mask.</summary>
    public TokenMask DetachFromDisposeScope()
    {
        Visible.DetachFromDisposeScope();
        Masked.DetachFromDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Visible.Dispose();
        Masked.Dispose();
    }
}
