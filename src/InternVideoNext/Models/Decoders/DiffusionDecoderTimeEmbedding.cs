using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

/// <summary>256 sinusoidal features of the timestep (cosines, then sines), then Linear, SiLU, Linear.</summary>
public sealed class DiffusionDecoderTimeEmbedding : Module<Tensor, Tensor>
{
    private const int Features = 256;
    private const double MaxPeriod = 10000.0;
    private const double InitStd = 0.02;

    [ComponentName(Name = "mlp")] private readonly Sequential _mlp;

    internal DiffusionDecoderTimeEmbedding(int width, Generator generator)
        : base(nameof(DiffusionDecoderTimeEmbedding))
    {
        _mlp = Sequential(
            ("0", DecoderLinear.Normal(Features, width, InitStd, generator)),
            ("1", SiLU()),
            ("2", DecoderLinear.Normal(width, width, InitStd, generator)));
        RegisterComponents();
    }

    /// <summary>Embeds timesteps.</summary>
    /// <param name="t">[M] int64.</param>
    /// <returns>[M, W] in the type of the weights.</returns>
    public override Tensor forward(Tensor t)
    {
        using var scope = NewDisposeScope();
        // In float32: in bf16 neighbouring timesteps would coincide.
        var index = arange(Features / 2, dtype: float32, device: t.device);
        var frequencies = (index * (-Math.Log(MaxPeriod) / (Features / 2))).exp();
        var angles = t.to(float32).unsqueeze(1) * frequencies; // [M, 128]
        var features = cat([angles.cos(), angles.sin()], 1); // [M, 256]
        return _mlp.call(features.to(((Linear)_mlp[0]).weight!.dtype)).MoveToOuterDisposeScope();
    }
}
