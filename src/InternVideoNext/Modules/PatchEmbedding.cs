using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, T frames, g patches along a side, P patch side, N = T g g tokens, C width

/// <summary>
/// Turns each P x P patch of each frame into a token: RMSNorm over the raw patch (<c>norm_before</c>), a strided 3-D
/// convolution (<c>proj</c>), RMSNorm (<c>norm</c>). The patches do not overlap, so the convolution is computed as one
/// matrix product over unfolded patches.
/// </summary>
public sealed class PatchEmbedding : Module<Tensor, Tensor>
{
    private readonly int _patch;
    [ComponentName(Name = "norm_before")] private readonly RmsNorm _normBefore;
    [ComponentName(Name = "proj")] private readonly Conv3d _projection;
    [ComponentName(Name = "norm")] private readonly RmsNorm _norm;

    /// <summary>Projection uniform within 1 / sqrt(3 P P) (as convolutions commonly start), weights of the norms one.</summary>
    /// <param name="patch">P, pixels.</param>
    /// <param name="width">C.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <param name="eps">Added to the mean square by the norms.</param>
    public PatchEmbedding(int patch, int width, Generator generator, double eps = 1e-6)
        : base(nameof(PatchEmbedding))
    {
        _patch = patch;
        var pixels = 3L * patch * patch;
        _normBefore = new RmsNorm(pixels, eps);
        _projection = Conv3d(3, width, (1, patch, patch), stride: (1, patch, patch));
        WeightInitialization.Uniform(_projection.weight, 1 / Math.Sqrt(pixels), generator);
        WeightInitialization.Uniform(_projection.bias!, 1 / Math.Sqrt(pixels), generator);
        Layers.Detach(_projection);
        _norm = new RmsNorm(width, eps);
        RegisterComponents();
    }

    /// <summary>Embeds every patch.</summary>
    /// <param name="input">[B, 3, T, g P, g P], ImageNet mean/std normalised.</param>
    /// <returns>[B, N, C], tokens ordered (t, h, w).</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (batch, frames, rows, columns) = (input.size(0), input.size(2), input.size(3) / _patch, input.size(4) / _patch);
        var patches = input.reshape(batch, 3, frames, rows, _patch, columns, _patch)
            .permute(0, 2, 3, 5, 4, 6, 1) // [B, T, g, g, P, P, 3]: row, column, channel inside a patch
            .reshape(batch, frames * rows * columns, 3L * _patch * _patch); // [B, N, 3PP]
        var kernel = _projection.weight.permute(0, 2, 3, 4, 1).flatten(1); // [C, 3PP] in the same order
        var tokens = functional.linear(_normBefore.forward(patches), kernel, _projection.bias!); // [B, N, C]
        return _norm.forward(tokens).MoveToOuterDisposeScope();
    }
}
