using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: C width in, E width out

/// <summary>
/// The two-layer head used between spaces of different width: Linear C to C, exact GELU, Linear C to E, LayerNorm
/// (<c>to_bert_proj</c>, <c>clip_decoder.k</c>, <c>final_clip_decoder</c>, <c>selfdist_decoder</c>).
/// </summary>
public sealed class ProjectionHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "head")] private readonly TwoLayers _head;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">C.</param>
    /// <param name="outputWidth">E.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    public ProjectionHead(long width, long outputWidth, double std, Generator generator)
        : base(nameof(ProjectionHead))
    {
        _head = new TwoLayers(width, outputWidth, std, generator);
        _norm = Layers.LayerNorm(outputWidth, 1e-5);
        RegisterComponents();
    }

    /// <summary>Maps each token.</summary>
    /// <param name="input">[..., C].</param>
    /// <returns>[..., E].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _norm.forward(_head.forward(input)).MoveToOuterDisposeScope();
    }

    // Named as places 0 and 2 of a sequence whose place 1 is the activation. Not a ModuleDict: its two indexers make
    // TorchSharp's conversion to another type throw.
    private sealed class TwoLayers : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "0")] private readonly Linear _first;
        [ComponentName(Name = "2")] private readonly Linear _second;

        public TwoLayers(long width, long outputWidth, double std, Generator generator)
            : base(nameof(TwoLayers))
        {
            _first = Layers.Linear(width, width, bias: true, std, generator);
            _second = Layers.Linear(width, outputWidth, bias: true, std, generator);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _second.forward(Layers.Gelu(_first.forward(input), GeluKind.Exact)).MoveToOuterDisposeScope();
        }
    }
}
