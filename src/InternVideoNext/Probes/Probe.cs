using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>A trained classifier of frozen features that can be stored. <c>forward</c> maps [b, D] or [b, N, C] to logits [b, K].</summary>
public abstract class Probe : nn.Module<Tensor, Tensor>
{
    /// <summary>Registers nothing: the concrete probe does.</summary>
    private protected Probe(string name) : base(name)
    {
    }

    /// <summary>Which kind it is.</summary>
    public abstract ProbeKind Kind { get; }

    /// <summary>Classes, K.</summary>
    public abstract int Classes { get; }

    /// <summary>The class layer's weight, [K, C], and bias, [K].</summary>
    internal abstract (Tensor Weight, Tensor Bias) Head { get; }
}
