using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

// Shapes: B batch, E pooled width, K classes

/// <summary>
/// InternVideo2's classifier on the pooled vector: fc_norm, then a linear layer; in the attentive probes of Something-Something V2 a
/// residual MLP before: p + mlp(LayerNorm(p)), whose last layer starts at zero. Named as in the authors' checkpoints.
/// </summary>
public sealed class InternVideo2Classifier : Module<Tensor, Tensor>
{
    private const double Eps = 1e-5;
    private const int MlpRatio = 4;

    [ComponentName(Name = "extra_mlp")] private readonly ExtraMlp? _mlp;
    [ComponentName(Name = "fc_norm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "head")] private readonly Linear _head;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">E.</param>
    /// <param name="classes">K.</param>
    /// <param name="extraMlp">Whether there is a residual MLP.</param>
    /// <param name="generator">Source of the draws.</param>
    public InternVideo2Classifier(int width, int classes, bool extraMlp, Generator generator)
        : base(nameof(InternVideo2Classifier))
    {
        if (extraMlp) _mlp = new ExtraMlp(width, generator);
        _norm = Layers.LayerNorm(width, Eps);
        _head = Layers.Linear(width, classes, bias: true, std: 0.02, generator);
        RegisterComponents();
    }

    /// <summary>The vector that is classified.</summary>
    /// <param name="pooled">[B, E].</param>
    /// <returns>[B, E], in the caller's dispose scope.</returns>
    public Tensor Refine(Tensor pooled) => _mlp is null ? pooled.alias() : _mlp.call(pooled);

    /// <summary>Logits.</summary>
    /// <param name="input">[B, E], the encoder's pooled vector.</param>
    /// <returns>[B, K].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _head.forward(_norm.forward(Refine(input))).MoveToOuterDisposeScope();
    }

    // Places 0 and 1 of a sequence; the addition is outside of it in the authors' code.
    private sealed class ExtraMlp : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "0")] private readonly LayerNorm _norm;
        [ComponentName(Name = "1")] private readonly Mlp _mlp;

        public ExtraMlp(int width, Generator generator)
            : base(nameof(ExtraMlp))
        {
            _norm = Layers.LayerNorm(width, Eps);
            _mlp = new Mlp(width, MlpRatio * width, GeluKind.Exact, std: 0.02, generator);
            WeightInitialization.Fill(_mlp.OutputWeight, 0);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return (input + _mlp.call(_norm.forward(input))).MoveToOuterDisposeScope();
        }
    }
}
