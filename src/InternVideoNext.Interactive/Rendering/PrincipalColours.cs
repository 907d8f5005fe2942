using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive.Rendering;

// Shapes: N tokens, D width, K = min(3, N, D) components.

/// <summary>The first three principal components of token features as red, green and blue.</summary>
/// <param name="Colours">N * 3 bytes.</param>
/// <param name="Explained">Share of the variance that each component explains, K entries.</param>
internal sealed record PrincipalColours(byte[] Colours, double[] Explained)
{
    private const int Channels = 3;
    private const double Tail = 0.01; // at both ends: outliers do not take the colours from the rest

    /// <param name="features">[N, D] or [T, L, D], any floating type and device. Entries that are not finite count as 0.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">The shape does not fit the grid.</exception>
    public static PrincipalColours Of(Tensor features, TokenGrid grid)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() is not (2 or 3) || features.size(-1) == 0 || features.numel() / features.size(-1) != grid.Tokens)
            throw new ArgumentException(
                $"features has shape [{string.Join(", ", features.shape)}]; expected [{grid.Tokens}, D] or [{grid.Frames}, "
                    + $"{grid.TokensPerFrame}, D] "
                + "(without class tokens).", nameof(features));
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var rows = features.detach().to(float64).cpu().reshape(grid.Tokens, features.size(-1)).nan_to_num(0, 0, 0);
        var (projected, explained) = Project(rows - rows.mean([0], keepdim: true));
        return new PrincipalColours(ToBytes(projected), explained);
    }

    // The smaller of the two Gram matrices has the same non-zero eigenvalues.
    private static (Tensor Projected, double[] Explained) Project(Tensor centred)
    {
        long tokens = centred.size(0), width = centred.size(1), count = Math.Min(Channels, Math.Min(tokens, width));
        var byFeature = width <= tokens;
        var gram = byFeature ? centred.t().matmul(centred) : centred.matmul(centred.t());
        var (values, vectors) = linalg.eigh(gram);                                               // ascending
        var strongest = values.size(0) - count;
        values = values.clamp_min(0);
        var top = values.narrow(0, strongest, count).flip(0);                                    // [K]
        var axes = vectors.narrow(1, strongest, count).flip(1);
        var projected = byFeature ? centred.matmul(axes) : axes * top.sqrt();                    // [N, K]
        // An eigenvector's sign is arbitrary: the token farthest out gets a positive coordinate.
        var farthest = projected.gather(0, projected.abs().argmax(0, keepdim: true));
        projected *= where(farthest < 0, -1.0, 1.0);
        var total = values.sum().item<double>();
        return (projected, [.. top.data<double>().ToArray().Select(value => total > 0 ? value / total : 0)]);
    }

    private static byte[] ToBytes(Tensor projected)
    {
        var (tokens, count) = ((int)projected.size(0), (int)projected.size(1));
        var values = projected.contiguous().data<double>().ToArray();
        var bytes = new byte[tokens * Channels];
        Array.Fill(bytes, (byte)128);
        for (var k = 0; k < count; k++)
        {
            var sorted = Enumerable.Range(0, tokens).Select(i => values[(i * count) + k]).Order().ToArray();
            var (low, high) = (sorted[(int)(Tail * (tokens - 1))], sorted[(int)Math.Ceiling((1 - Tail) * (tokens - 1))]);
            if (high - low < 1e-9) continue;
            for (var i = 0; i < tokens; i++)
                bytes[(i * Channels) + k] = (byte)Math.Round(255 * Math.Clamp((values[(i * count) + k] - low) / (high - low), 0, 1));
        }

        return bytes;
    }
}
