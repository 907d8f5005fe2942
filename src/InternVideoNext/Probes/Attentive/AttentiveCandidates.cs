using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>Attentive probes of all grid points.</summary>
internal sealed class AttentiveCandidates(AttentiveBank bank) : ProbeCandidates
{
    /// <inheritdoc/>
    public override Tensor Probabilities(Tensor features)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return bank.Logits(features).softmax(-1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Probe Extract(int point) => bank.Extract(point);

    /// <inheritdoc/>
    public override void Dispose() => bank.Dispose();
}
