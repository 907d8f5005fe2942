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

    /// <summary>Names (of the V-JEPA 2 release) and shapes of the parameters, in the order in which they are drawn.</summary>
    internal IEnumerable<(string Name, long[] Shape)> ParameterShapes()
    {
        var hidden = (long)(Width * MlpRatio);
        var blocks = Enumerable.Range(0, Blocks - 1).SelectMany(i => Block(
            $"pooler.blocks.{i}.", n => [.. Affine(n + "attn.qkv", 3 * Width, Width), .. Affine(n + "attn.proj", Width, Width)]));
        var pool = Block(
            "pooler.cross_attention_block.", n => [.. Affine(n + "xattn.q", Width, Width), .. Affine(n + "xattn.kv", 2 * Width, Width)]);
        return [("pooler.query_tokens", [1, 1, Width]), .. blocks, .. pool, .. Affine("linear", Classes, Width)];

        IEnumerable<(string, long[])> Block(string name, Func<string, IEnumerable<(string, long[])>> attention) =>
        [
            .. Affine(name + "norm1", Width), .. attention(name), .. Affine(name + "norm2", Width),
            .. Affine(name + "mlp.fc1", hidden, Width), .. Affine(name + "mlp.fc2", Width, hidden),
        ];
    }

    private static IEnumerable<(string, long[])> Affine(string name, params long[] weight) =>
        [(name + ".weight", weight), (name + ".bias", weight[..1])];
}

/// <summary>
/// V-JEPA's attentive classifier: self-attention blocks over the frozen tokens (none by default), one learned query that
/// pools them by cross-attention, and a linear layer. Parameter names are those of the V-JEPA 2 release.
/// </summary>
public sealed class AttentiveProbe : Probe
{
    internal AttentiveProbe(AttentiveProbeConfig config) : base(nameof(AttentiveProbe))
    {
        Config = config;
        ParameterGroup.Register(this, config.ParameterShapes());
    }

    /// <summary>Its form.</summary>
    public AttentiveProbeConfig Config { get; }

    /// <inheritdoc/>
    public override ProbeKind Kind => ProbeKind.Attentive;

    /// <inheritdoc/>
    public override int Classes => Config.Classes;

    internal override (Tensor Weight, Tensor Bias) Head => (get_parameter("linear.weight")!, get_parameter("linear.bias")!);

    /// <summary>The vector that is classified.</summary>
    /// <param name="tokens">[B, N, C].</param>
    /// <returns>[B, C], in the caller's dispose scope.</returns>
    public Tensor Pool(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return Network().Pooled(tokens)[0].MoveToOuterDisposeScope();
    }

    /// <summary>Logits.</summary>
    /// <param name="input">[B, N, C] tokens.</param>
    /// <returns>[B, K].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Network().Logits(input)[0].MoveToOuterDisposeScope(); // [B, K]
    }

    // A stack of one.
    private AttentiveNetwork Network() =>
        new(Config, named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.unsqueeze(0)));
}
