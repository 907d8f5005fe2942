using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, u frames of a tubelet, P patch side, T, h, w token frames, rows, columns, N = T h w tokens, C width

/// <summary>
/// Turns each u x P x P tubelet into a token by a strided 3-D convolution with bias (<c>proj</c>) and nothing else, computed as one matrix
/// product over unfolded tubelets. Clips of any size that the tubelets fill.
/// </summary>
public sealed class TubeletEmbedding : Module<Tensor, Tensor>
{
    private readonly int _tubelet;
    private readonly int _patch;
    [ComponentName(Name = "proj")] private readonly Conv3d _projection;

    /// <summary>Projection uniform within 1 / sqrt(3 u P P).</summary>
    /// <param name="tubelet">u, frames.</param>
    /// <param name="patch">P, pixels.</param>
    /// <param name="width">C.</param>
    /// <param name="generator">Source of the draws.</param>
    public TubeletEmbedding(int tubelet, int patch, int width, Generator generator)
        : base(nameof(TubeletEmbedding))
    {
        (_tubelet, _patch) = (tubelet, patch);
        var bound = 1 / Math.Sqrt(3.0 * tubelet * patch * patch);
        _projection = Conv3d(3, width, (tubelet, patch, patch), stride: (tubelet, patch, patch));
        WeightInitialization.Uniform(_projection.weight, bound, generator);
        WeightInitialization.Uniform(_projection.bias!, bound, generator);
        Layers.Detach(_projection);
        RegisterComponents();
    }

    /// <summary>The tokens of a clip.</summary>
    /// <param name="clips">[B, 3, frames, height, width].</param>
    /// <exception cref="ArgumentException">The tubelets do not fill the clip.</exception>
    public TokenGrid GridOf(Tensor clips)
    {
        if (clips.dim() != 5 || clips.size(1) != 3 || clips.size(2) % _tubelet != 0 || clips.size(3) % _patch != 0
            || clips.size(4) % _patch != 0 || clips.numel() == 0)
            throw new ArgumentException(
                $"clips: shape [{string.Join(", ", clips.shape)}] is not [B, 3, frames, height, width] with frames a multiple of "
                + $"{_tubelet} (the tubelet), height and width of {_patch} (the patch).",
                nameof(clips));
        return new TokenGrid((int)clips.size(2) / _tubelet, (int)clips.size(3) / _patch, (int)clips.size(4) / _patch);
    }

    /// <summary>Embeds every tubelet.</summary>
    /// <param name="input">[B, 3, T u, h P, w P].</param>
    /// <returns>[B, N, C], tokens ordered (t, h, w).</returns>
    /// <exception cref="ArgumentException">The tubelets do not fill the clip.</exception>
    public override Tensor forward(Tensor input)
    {
        var grid = GridOf(input);
        using var scope = NewDisposeScope();
        var tubelets = input.reshape(input.size(0), 3, grid.Frames, _tubelet, grid.Height, _patch, grid.Width, _patch)
            .permute(0, 2, 4, 6, 1, 3, 5, 7) // [B, T, h, w, 3, u, P, P]
            .reshape(input.size(0), grid.Tokens, 3L * _tubelet * _patch * _patch); // [B, N, 3uPP]
        return functional.linear(tubelets, _projection.weight.flatten(1), _projection.bias!).MoveToOuterDisposeScope(); // [B, N, C]
    }
}
