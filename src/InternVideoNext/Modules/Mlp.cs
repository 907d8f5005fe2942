using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: C width, F hidden width

/// <summary>Two linear layers with a GELU between: <c>fc1</c>, <c>fc2</c>.</summary>
public sealed class Mlp : Module<Tensor, Tensor>
{
    private readonly GeluKind _gelu;
    [ComponentName(Name = "fc1")] private readonly Linear _fc1;
    [ComponentName(Name = "fc2")] private readonly Linear _fc2;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">C.</param>
    /// <param name="hidden">F.</param>
    /// <param name="gelu">Form of the activation.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    public Mlp(long width, long hidden, GeluKind gelu, double std, Generator generator)
        : base(nameof(Mlp))
    {
        _gelu = gelu;
        _fc1 = Layers.Linear(width, hidden, bias: true, std, generator);
        _fc2 = Layers.Linear(hidden, width, bias: true, std, generator);
        RegisterComponents();
    }

    /// <summary>The weight of the first layer, [F, C].</summary>
    public Tensor InputWeight => _fc1.weight!;

    /// <summary>The weight of the output layer, [C, F].</summary>
    public Tensor OutputWeight => _fc2.weight!;

    /// <summary>Maps each token.</summary>
    /// <param name="input">[..., C].</param>
    /// <returns>[..., C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _fc2.forward(Layers.Gelu(_fc1.forward(input), _gelu)).MoveToOuterDisposeScope();
    }
}

/// <summary>Which form of the Gaussian error linear unit a network computes.</summary>
public enum GeluKind
{
    /// <summary>x * Phi(x) with the error function: the released inference code, and the default.</summary>
    Exact,

    /// <summary>The tanh approximation: the authors' training kernels, and SigLIP.</summary>
    Tanh,
}
