using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

/// <summary>
/// A residual block with adaptive layer normalisation: x + gate * mlp(LayerNorm(x) * (1 + scale) + shift), where (shift,
/// scale, gate) is one linear map of the modulator.
/// </summary>
public sealed class DiffusionDecoderBlock : Module<Tensor, Tensor, Tensor>
{
    internal const double Epsilon = 1e-6;

    [ComponentName(Name = "in_ln")] private readonly LayerNorm _inLn;
    [ComponentName(Name = "mlp")] private readonly Sequential _mlp;
    [ComponentName(Name = "adaLN_modulation")] private readonly Sequential _adaLnModulation;

    internal DiffusionDecoderBlock(int width, Generator generator)
        : base(nameof(DiffusionDecoderBlock))
    {
        _inLn = Layers.LayerNorm(width, Epsilon);
        _mlp = Sequential(
            ("0", DecoderLinear.Xavier(width, width, generator)),
            ("1", SiLU()),
            ("2", DecoderLinear.Xavier(width, width, generator)));
        // "0" is the activation, which the network applies once for all blocks.
        _adaLnModulation = Sequential(("1", DecoderLinear.Zero(width, 3 * width)));
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    /// <param name="x">[M, W].</param>
    /// <param name="modulator">SiLU of time plus condition, [M, W].</param>
    /// <returns>[M, W].</returns>
    public override Tensor forward(Tensor x, Tensor modulator)
    {
        using var scope = NewDisposeScope();
        var parts = _adaLnModulation.call(modulator).chunk(3, -1);
        var (shift, scale, gate) = (parts[0], parts[1], parts[2]); // [M, W] each
        var h = _mlp.call(shift.addcmul(_inLn.call(x), scale + 1.0, 1));
        return x.addcmul(gate, h, 1).MoveToOuterDisposeScope();
    }
}
