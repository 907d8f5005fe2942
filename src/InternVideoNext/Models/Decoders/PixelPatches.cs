using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: B clips, T frames, S image side, P patch side, h x w patches in a frame, N = T*h*w tokens, Q = 3*P*P.

/// <summary>
/// Pixels of tokens, the target of the pixel decoders. Tokens are ordered (t, h, w); within a token the order is that of
/// pixel-unshuffle: channel, row, column. (The encoder's patch embedding orders a patch's pixels differently.)
/// </summary>
public static class PixelPatches
{
    /// <summary>The pixels of every token.</summary>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="patch">P, a divisor of both sides.</param>
    /// <returns>[B, N, Q], a copy.</returns>
    /// <exception cref="ArgumentException">The video is not 5-dimensional or a side is not a multiple of the patch.</exception>
    public static Tensor Extract(Tensor video, int patch)
    {
        using var scope = NewDisposeScope();
        var tokens = ByToken(video, patch); // [B, T, h, w, 3, P, P]
        return tokens.reshape(video.size(0), -1, video.size(1) * patch * patch).MoveToOuterDisposeScope();
    }

    /// <summary>The pixels of chosen tokens only, read straight from the video: nothing else is copied.</summary>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="patch">P, a divisor of both sides.</param>
    /// <param name="indices">Tokens of each clip, [B, M] int64, such as <see cref="TokenMask.Masked"/>.</param>
    /// <returns>[B * M, Q], clip-major, in the order of <paramref name="indices"/>.</returns>
    /// <exception cref="ArgumentException">The video is not 5-dimensional or a side is not a multiple of the patch.</exception>
    public static Tensor Extract(Tensor video, int patch, Tensor indices)
    {
        using var scope = NewDisposeScope();
        var tokens = ByToken(video, patch); // [B, T, h, w, 3, P, P]
        var (rows, columns) = (tokens.size(2), tokens.size(3));
        var clip = arange(video.size(0), dtype: int64, device: video.device).unsqueeze(1); // [B, 1]
        var frame = indices.div(rows * columns, RoundingMode.floor);
        var row = indices.div(columns, RoundingMode.floor).remainder(rows);
        var column = indices.remainder(columns);
        return tokens.index(clip, frame, row, column) // [B, M, 3, P, P]
            .reshape(-1, video.size(1) * patch * patch).MoveToOuterDisposeScope();
    }

    /// <summary>Puts tokens together to a video, the inverse of <see cref="Extract(Tensor, int)"/>.</summary>
    /// <param name="tokens">[B, N, Q].</param>
    /// <param name="grid">The tokens' grid.</param>
    /// <param name="patch">P.</param>
    /// <returns>[B, 3, T, h * P, w * P].</returns>
    /// <exception cref="ArgumentException">The tokens do not fit the grid and patch.</exception>
    public static Tensor Assemble(Tensor tokens, TokenGrid grid, int patch)
    {
        using var scope = NewDisposeScope();
        var area = patch * patch;
        if (tokens.dim() != 3 || tokens.size(1) != grid.Tokens || tokens.size(2) % area != 0)
            throw new ArgumentException(
                $"Tokens of shape [{string.Join(", ", tokens.shape)}] do not fit {grid} with patches of {patch}: "
                + $"expected [B, {grid.Tokens}, channels * {area}].", nameof(tokens));

        var channels = tokens.size(2) / area;
        return tokens.reshape(-1, grid.Frames, grid.Height, grid.Width, channels, patch, patch)
            .permute(0, 4, 1, 2, 5, 3, 6) // [B, 3, T, h, P, w, P]
            .reshape(-1, channels, grid.Frames, grid.Height * patch, grid.Width * patch)
            .MoveToOuterDisposeScope();
    }

    // A view: no pixel moves yet.
    private static Tensor ByToken(Tensor video, int patch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch);
        if (video.dim() != 5 || video.size(3) % patch != 0 || video.size(4) % patch != 0)
            throw new ArgumentException(
                $"A video of shape [{string.Join(", ", video.shape)}] cannot be cut into patches of {patch}: "
                + "expected [B, 3, T, H, W] with H and W multiples of the patch.", nameof(video));

        return video.unflatten(4, -1, patch).unflatten(3, -1, patch) // [B, 3, T, h, P, w, P]
            .permute(0, 2, 3, 5, 1, 4, 6);
    }
}
