using InternVideoNext.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: C width

/// <summary>Root-mean-square normalisation (Zhang and Sennrich 2019) over the last axis: weight only, computed in float32.</summary>
public sealed class RmsNorm : Module<Tensor, Tensor>
{
    private readonly double _eps;
    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    /// <summary>Weight one everywhere.</summary>
    /// <param name="width">C.</param>
    /// <param name="eps">Added to the mean square.</param>
    public RmsNorm(long width, double eps = 1e-6)
        : base(nameof(RmsNorm))
    {
        LibTorch.EnsureLoaded();
        _eps = eps;
        _weight = Layers.Parameter(ones(width, device: CPU));
        RegisterComponents();
    }

    /// <summary>Normalises each vector of the last axis.</summary>
    /// <param name="input">[..., C], of the type of the weight.</param>
    /// <returns>[..., C], the type of <paramref name="input"/>.</returns>
    public override Tensor forward(Tensor input) => Operators.RmsNorm(input, _weight, _eps);
}
