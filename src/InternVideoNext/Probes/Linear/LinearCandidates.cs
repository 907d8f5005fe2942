using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: b rows, D feature width, K classes, G grid points.

/// <summary>Linear probes of all grid points: shared statistics, stacked weights.</summary>
internal sealed class LinearCandidates : ProbeCandidates
{
    /// <summary>True to normalise each row over its channels first.</summary>
    public required bool LayerNorm { get; init; }

    /// <summary>[D] subtracted.</summary>
    public required Tensor Mean { get; init; }

    /// <summary>[D] multiplied after that.</summary>
    public required Tensor Scale { get; init; }

    /// <summary>[G, D, K].</summary>
    public required Tensor Weights { get; init; }

    /// <summary>[G, K].</summary>
    public required Tensor Bias { get; init; }

    /// <inheritdoc/>
    public override Tensor Probabilities(Tensor features)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = features.dim() == 3 ? features.mean([1]) : features;
        if (LayerNorm) x = nn.functional.layer_norm(x, [x.size(1)]);
        x = (x - Mean) * Scale;                                    // [b, D]
        return x.matmul(Weights).add(Bias.unsqueeze(1)).softmax(-1).MoveToOuterDisposeScope(); // [G, b, K]
    }

    /// <inheritdoc/>
    public override Probe Extract(int point)
    {
        using var scope = NewDisposeScope();
        var probe = new LinearProbeConfig { Width = (int)Mean.size(0), Classes = (int)Bias.size(1), LayerNorm = LayerNorm }.Build();
        probe.Fill(Mean, Scale, Weights[point].T, Bias[point]);
        return probe;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Mean.Dispose();
        Scale.Dispose();
        Weights.Dispose();
        Bias.Dispose();
    }
}
