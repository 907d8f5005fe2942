using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: B clips, N tokens, C width, K classes.

/// <summary>Form of an <see cref="AttentiveProbe"/>.</summary>
public sealed record AttentiveProbeConfig
{
    /// <summary>Token width, C.</summary>
    public required int Width { get; init; }

    /// <summary>Classes, K.</summary>
    public required int Classes { get; init; }

    /// <summary>Heads; divides the width.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Blocks in all; the last one pools.</summary>
    public int Blocks { get; init; } = 1;

    /// <summary>Hidden width of each MLP over the token width.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Added to the variance by every LayerNorm: 1e-5 in the authors' code, 1e-6 in Hugging Face's port and its files.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Makes a probe with V-JEPA's initial weights.</summary>
    /// <param name="generator">Draws them (on the CPU).</param>
    /// <exception cref="ArgumentException">A size is not positive, or the heads don't divide the width.</exception>
    public AttentiveProbe Build(Generator generator)
    {
        if (Width < 1 || Classes < 1 || Heads < 1 || Blocks < 1 || Width % Heads != 0)
        {
            throw new ArgumentException(
                $"attentive probe: width {Width}, classes {Classes}, heads {Heads}, blocks {Blocks}: each must be positive, and the "
                    + "heads must divide the width.");
        }
        if (MlpRatio <= 0) throw new ArgumentException(
            FormattableString.Invariant($"attentive probe: mlp_ratio is {MlpRatio}, must be positive."));
        var probe = new AttentiveProbe(this);
        AttentiveInitialization.Apply(probe, this, generator);
        return probe;
    }
}

/// <summary>
/// V-JEPA's attentive classifier: self-attention blocks over the frozen tokens (none by default), one learned query that
/// pools them by cross-attention, and a linear layer. Parameter names are those of the V-JEPA 2 release.
/// </summary>
public sealed class AttentiveProbe : Probe
{
    [ComponentName(Name = "pooler")]
    private readonly AttentivePooler _pooler;

    [ComponentName(Name = "linear")]
    private readonly Linear _linear;

    internal AttentiveProbe(AttentiveProbeConfig config) : base(nameof(AttentiveProbe))
    {
        Config = config;
        _pooler = new AttentivePooler(config);
        _linear = nn.Linear(config.Width, config.Classes);
        RegisterComponents();
    }

    /// <summary>Its form.</summary>
    public AttentiveProbeConfig Config { get; }

    /// <inheritdoc/>
    public override ProbeKind Kind => ProbeKind.Attentive;

    /// <inheritdoc/>
    public override int Classes => Config.Classes;

    internal override (Tensor Weight, Tensor Bias) Head => (_linear.weight, _linear.bias!);

    /// <summary>The vector that is classified.</summary>
    /// <param name="tokens">[B, N, C].</param>
    /// <returns>[B, C], in the caller's dispose scope.</returns>
    public Tensor Pool(Tensor tokens) => _pooler.forward(tokens);

    /// <summary>Logits.</summary>
    /// <param name="input">[B, N, C] tokens.</param>
    /// <returns>[B, K].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _linear.forward(_pooler.forward(input)).MoveToOuterDisposeScope(); // [B, K]
    }
}
