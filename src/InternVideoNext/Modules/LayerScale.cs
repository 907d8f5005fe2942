using InternVideoNext.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, N tokens, C width

/// <summary>A learned factor per channel on a residual branch (Touvron et al. 2021).</summary>
public sealed class LayerScale : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "gamma")] private readonly Parameter _gamma;

    /// <summary>Every factor starts at <paramref name="initial"/>.</summary>
    /// <param name="width">C.</param>
    /// <param name="initial">The first value, 1e-5 in the paper's models.</param>
    public LayerScale(long width, double initial)
        : base(nameof(LayerScale))
    {
        _gamma = Layers.Parameter(full(width, initial, device: CPU));
        RegisterComponents();
    }

    /// <summary>stream + gamma * branch, in one pass over memory.</summary>
    /// <param name="stream">[B, N, C], the residual stream.</param>
    /// <param name="branch">[B, N, C], what the branch computed.</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor stream, Tensor branch) => Operators.AddScaled(stream, branch, _gamma);
}
