using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>What a <see cref="VideoEncoder"/> computed; probes and alignment read the named intermediates.</summary>
/// <param name="Tokens">[B, K + Nv, C], the residual stream after the last block: class tokens, then visible ones.</param>
/// <param name="Layers">
/// The output of every block, shallow to deep, each [B, K + Nv, C]; the last is <paramref name="Tokens"/> itself.
/// </param>
public sealed record EncoderOutput(Tensor Tokens, IReadOnlyList<Tensor> Layers) : IDisposable
{
    /// <summary>Takes every tensor out of the current dispose scope into the one around it.</summary>
    public EncoderOutput MoveToOuterDisposeScope()
    {
        foreach (var tensor in All()) tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in All()) tensor.Dispose();
    }

    // Each tensor once: moving one twice would take it two scopes out.
    private IEnumerable<Tensor> All() => Layers.Append(Tokens).Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>();
}
