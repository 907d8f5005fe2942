using InternVideoNext.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: K class tokens, T frames, h rows, w columns, N = T h w, C width

/// <summary>The joint position table of class tokens and (t, h, w) tokens: its first values, and its resizing.</summary>
public static class PositionTable
{
    /// <summary>
    /// Three-dimensional sine-cosine table: the first C/4 channels code time, the other 3C/4 space (columns, then rows),
    /// each as sines followed by cosines of frequencies base^(-2i/d), all times a scale; zeros for class tokens.
    /// </summary>
    /// <param name="width">C, a multiple of 16.</param>
    /// <param name="grid">T, h, w.</param>
    /// <param name="classTokens">K, rows of zeros in front.</param>
    /// <param name="scale">Factor of every value; the paper's is 1.</param>
    /// <param name="frequencyBase">The longest wave's length over that of the shortest; the paper's is 10000.</param>
    /// <returns>[1, K + N, C] float32.</returns>
    /// <exception cref="ArgumentException"><paramref name="width"/> does not divide into these parts.</exception>
    public static Tensor SineCosine(int width, TokenGrid grid, int classTokens, double scale = 1, double frequencyBase = 10000)
    {
        if (width % 16 != 0)
            throw new ArgumentException($"width: {width} is not a multiple of 16, which the sine-cosine table needs.", nameof(width));
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var (time, space) = (width / 4, width / 4 * 3 / 2);
        var table = Axes(grid, frequencyBase, (TokenAxis.Frame, time), (TokenAxis.Column, space), (TokenAxis.Row, space));
        return cat([zeros(1, classTokens, width, device: CPU), table.mul(scale).to(float32)], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same positions for other clips: linear over time, bicubic over space (no anti-aliasing, align_corners false),
    /// class rows untouched.
    /// </summary>
    /// <param name="table">[1, K + N, C], as stored for <paramref name="source"/>.</param>
    /// <param name="source">T, h, w of <paramref name="table"/>.</param>
    /// <param name="target">T, h, w asked for.</param>
    /// <param name="classTokens">K.</param>
    /// <returns>[1, K + N', C], the type of <paramref name="table"/>; a copy when nothing changes.</returns>
    /// <exception cref="ArgumentException">The table's rows are not K + N.</exception>
    public static Tensor Resize(Tensor table, TokenGrid source, TokenGrid target, int classTokens)
    {
        if (table.dim() != 3 || table.size(1) != classTokens + source.Tokens)
            throw new ArgumentException(
                $"table: shape [{string.Join(", ", table.shape)}] is not [1, {classTokens + source.Tokens}, C] " +
                $"({classTokens} class tokens, {source.Frames} x {source.Height} x {source.Width} tokens).",
                nameof(table));
        if (source == target) return table.clone();
        using var scope = NewDisposeScope();
        var tokens = table.narrow(1, classTokens, source.Tokens).to(float32);
        if (target.Frames != source.Frames) tokens = ResizeTime(tokens, source, target.Frames);
        if (target.TokensPerFrame != source.TokensPerFrame || target.Height != source.Height) tokens = ResizeSpace(
            tokens, source with { Frames = target.Frames }, target);
        return cat([table.narrow(1, 0, classTokens), tokens.to(table.dtype)], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Sine-cosine table of a grid, axis by axis: for each axis its channels, sines followed by cosines of frequencies 10000^(-2i/d).
    /// </summary>
    /// <param name="grid">T, h, w.</param>
    /// <param name="parts">Axes in the order of the channels, with their even numbers of channels d.</param>
    /// <returns>[1, N, sum of d] float32.</returns>
    public static Tensor SineCosine(TokenGrid grid, params (TokenAxis Axis, int Channels)[] parts)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        return Axes(grid, 10000, parts).to(float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One-dimensional table over the flat index n of the tokens, sines and cosines by turns: channel j codes n / 10000^(2 floor(j/2) / C)
    /// (Vaswani et al. 2017; VideoMAE).
    /// </summary>
    /// <param name="width">C.</param>
    /// <param name="tokens">N.</param>
    /// <returns>[1, N, C] float32.</returns>
    public static Tensor Interleaved(int width, int tokens)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var frequency = (arange((width + 1) / 2, dtype: float64, device: CPU) * (-2 * Math.Log(10000) / width)).exp();
        var angle = outer(arange(tokens, dtype: float64, device: CPU), frequency); // [N, ceil(C / 2)]
        return stack([angle.sin(), angle.cos()], dim: -1).flatten(1).narrow(1, 0, width).to(float32).unsqueeze(0)
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same positions for other clips, each axis resampled linearly with a triangle filter that is as wide as the larger of both
    /// steps: anti-aliased when shrinking, half-pixel centres (VideoPrism).
    /// </summary>
    /// <param name="table">[1, N, C].</param>
    /// <param name="source">T, h, w of <paramref name="table"/>.</param>
    /// <param name="target">T, h, w asked for.</param>
    /// <returns>[1, N', C], the type of <paramref name="table"/>.</returns>
    public static Tensor ResizeAntialiased(Tensor table, TokenGrid source, TokenGrid target)
    {
        using var scope = NewDisposeScope();
        var volume = table.view(source.Frames, source.Height, source.Width, -1).to(float32); // [T, h, w, C]
        volume = Resample(volume, 0, target.Frames);
        volume = Resample(volume, 1, target.Height);
        volume = Resample(volume, 2, target.Width);
        return volume.reshape(1, target.Tokens, -1).to(table.dtype).MoveToOuterDisposeScope();
    }

    private static Tensor Resample(Tensor volume, int axis, int length)
    {
        var from = (int)volume.size(axis);
        if (from == length) return volume;
        using var scope = NewDisposeScope();
        var weights = TriangleWeights(from, length).to(volume.dtype, volume.device);
        return tensordot(weights, volume, [1], [axis]).movedim([0], [axis]).MoveToOuterDisposeScope();
    }

    // [to, from] float64, rows sum to one.
    private static Tensor TriangleWeights(int from, int to)
    {
        var step = (double)from / to;
        var reach = Math.Max(1, step);
        var centres = ((arange(to, dtype: float64, device: CPU) + 0.5) * step).unsqueeze(1);
        var weights = (1 - ((centres - (arange(from, dtype: float64, device: CPU) + 0.5)).abs() / reach)).clamp_min(0);
        return weights / weights.sum(1, keepdim: true);
    }

    private static Tensor Axes(TokenGrid grid, double frequencyBase, params (TokenAxis Axis, int Channels)[] parts)
    {
        long[] shape = [grid.Frames, grid.Height, grid.Width, -1];
        return cat([.. parts.Select(Part)], dim: -1).view(1, grid.Tokens, -1);

        Tensor Part((TokenAxis Axis, int Channels) part) => (part.Axis switch
        {
            TokenAxis.Frame => Axis(grid.Frames, part.Channels, frequencyBase).view(-1, 1, 1, part.Channels),
            TokenAxis.Row => Axis(grid.Height, part.Channels, frequencyBase).view(1, -1, 1, part.Channels),
            _ => Axis(grid.Width, part.Channels, frequencyBase).view(1, 1, -1, part.Channels),
        }).expand(shape);
    }

    private static Tensor ResizeTime(Tensor tokens, TokenGrid source, long frames)
    {
        var width = tokens.size(2);
        var series = tokens.view(source.Frames, source.TokensPerFrame, width).permute(1, 2, 0); // [L, C, T]
        return functional.interpolate(series, [frames], mode: InterpolationMode.Linear, align_corners: false)
            .permute(2, 0, 1) // [T', L, C]
            .reshape(1, frames * source.TokensPerFrame, width);
    }

    private static Tensor ResizeSpace(Tensor tokens, TokenGrid source, TokenGrid target)
    {
        var width = tokens.size(2);
        var images = tokens.view(source.Frames, source.Height, source.Width, width).permute(0, 3, 1, 2); // [T, C, h, w]
        return functional.interpolate(images, [target.Height, target.Width], mode: InterpolationMode.Bicubic, align_corners: false)
            .permute(0, 2, 3, 1) // [T, h', w', C]
            .reshape(1, target.Tokens, width);
    }

    private static Tensor Axis(int length, int channels, double frequencyBase)
    {
        var half = channels / 2;
        var frequency = (arange(half, dtype: float64, device: CPU) * (-Math.Log(frequencyBase) / half)).exp();
        var angle = outer(arange(length, dtype: float64, device: CPU), frequency); // [length, channels / 2]
        return cat([angle.sin(), angle.cos()], dim: 1);
    }
}
