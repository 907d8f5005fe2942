using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

/// <summary>The output layer: a non-affine LayerNorm modulated by (shift, scale), then a linear map.</summary>
public sealed class DiffusionDecoderFinalLayer : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "linear")] private readonly Linear _linear;
    [ComponentName(Name = "adaLN_modulation")] private readonly Sequential _adaLnModulation;
    private readonly long[] _shape;

    internal DiffusionDecoderFinalLayer(int width, int outputs)
        : base(nameof(DiffusionDecoderFinalLayer))
    {
        _shape = [width];
        _linear = DecoderLinear.Zero(width, outputs);
        _adaLnModulation = Sequential(("1", DecoderLinear.Zero(width, 2 * width)));
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[M, W].</param>
    /// <param name="modulator">SiLU of time plus condition, [M, W].</param>
    /// <returns>[M, 2P].</returns>
    public override Tensor forward(Tensor x, Tensor modulator)
    {
        using var scope = NewDisposeScope();
        var parts = _adaLnModulation.call(modulator).chunk(2, -1);
        var (shift, scale) = (parts[0], parts[1]);
        var normal = functional.layer_norm(x, _shape, eps: DiffusionDecoderBlock.Epsilon);
        return _linear.call(shift.addcmul(normal, scale + 1.0, 1)).MoveToOuterDisposeScope();
    }
}
