using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: C width, F hidden width

/// <summary>Gated MLP without biases (Shazeer 2020): Wo(GELU(a) * b), where (a, b) are the halves of Wi(x).</summary>
public sealed class GatedMlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "Wi")] private readonly Linear _input;
    [ComponentName(Name = "Wo")] private readonly Linear _output;

    /// <summary>Truncated normal weights.</summary>
    /// <param name="width">C.</param>
    /// <param name="hidden">F, width of each half.</param>
    /// <param name="std">Standard deviation of the input weight.</param>
    /// <param name="outputStd">Standard deviation of the output weight; 0 gives zeros.</param>
    /// <param name="generator">Source of the draws.</param>
    public GatedMlp(int width, int hidden, double std, double outputStd, Generator generator)
        : base(nameof(GatedMlp))
    {
        _input = Layers.Linear(width, 2L * hidden, bias: false, std, generator);
        _output = Layers.Linear(hidden, width, bias: false, outputStd, generator);
        RegisterComponents();
    }

    /// <summary>Maps each token.</summary>
    /// <param name="input">[..., C].</param>
    /// <returns>[..., C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var halves = _input.forward(input).chunk(2, dim: -1); // [..., F] each
        return _output.forward(Layers.Gelu(halves[0], GeluKind.Exact) * halves[1]).MoveToOuterDisposeScope();
    }
}
