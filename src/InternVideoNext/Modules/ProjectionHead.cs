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
    [ComponentName(Name = "head")] private readonly ModuleDict<Linear> _head;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">C.</param>
    /// <param name="outputWidth">E.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    public ProjectionHead(long width, long outputWidth, double std, Generator generator)
        : base(nameof(ProjectionHead))
    {
        // Named as places 0 and 2 of a sequence whose place 1 is the activation.
        _head = ModuleDict(
            ("0", Layers.Linear(width, width, bias: true, std, generator)),
            ("2", Layers.Linear(width, outputWidth, bias: true, std, generator)));
        _norm = Layers.LayerNorm(outputWidth, 1e-5);
        RegisterComponents();
    }

    /// <summary>Maps each token.</summary>
    /// <param name="input">[..., C].</param>
    /// <returns>[..., E].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = Layers.Gelu(_head["0"].forward(input), GeluKind.Exact);
        return _norm.forward(_head["2"].forward(hidden)).MoveToOuterDisposeScope();
    }
}
