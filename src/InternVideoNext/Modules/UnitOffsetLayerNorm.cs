using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: C width

/// <summary>Layer normalisation over the last axis whose stored gain g is applied as 1 + g (VideoPrism).</summary>
public sealed class UnitOffsetLayerNorm : Module<Tensor, Tensor>
{
    private readonly double _eps;
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;

    /// <summary>Gain and bias zero.</summary>
    /// <param name="width">C.</param>
    /// <param name="eps">Added to the variance.</param>
    public UnitOffsetLayerNorm(long width, double eps)
        : base(nameof(UnitOffsetLayerNorm))
    {
        _eps = eps;
        _weight = Layers.Parameter(zeros(width, device: CPU));
        _bias = Layers.Parameter(zeros(width, device: CPU));
        RegisterComponents();
    }

    /// <summary>Normalises each vector of the last axis.</summary>
    /// <param name="input">[..., C].</param>
    /// <returns>[..., C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var gain = _weight + 1;
        return functional.layer_norm(input, [_weight.size(0)], gain, _bias, _eps);
    }
}
