using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>What a <see cref="SiglipVisionTower"/> computed. F images, L patches each, D channels.</summary>
/// <param name="States">The hidden states entering each asked-for layer, in the order asked, each [F, L, D].</param>
/// <param name="Tokens">[F, L, D], the last layer's output after <c>post_layernorm</c>.</param>
/// <param name="Pooled">[F, D], the pooling head's vector.</param>
/// <param name="Attention">[F, L] float32, the pooling head's attention averaged over heads; each row sums to 1.</param>
public sealed record SiglipOutput(IReadOnlyList<Tensor> States, Tensor Tokens, Tensor Pooled, Tensor Attention) : IDisposable
{
    /// <summary>Takes every tensor out of the current dispose scope into the one around it.</summary>
    public SiglipOutput MoveToOuterDisposeScope()
    {
        foreach (var tensor in All()) tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in All()) tensor.Dispose();
    }

    private IEnumerable<Tensor> All() => [.. States, Tokens, Pooled, Attention];
}
