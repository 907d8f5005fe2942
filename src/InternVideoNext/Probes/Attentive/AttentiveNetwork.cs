using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: B clips, N tokens, C width, H heads, D head width, K classes, G probes. "[G|1, ...]" has 1 where all probes share it.

/// <summary>
/// The arithmetic of G attentive classifiers on shared tokens. The pooling block has one learned query, so its key and value
/// projections move out of the token sum, exactly: with a the query seen through the keys, score_n = a . x_n, and the attended value
/// is Wv (sum_n w_n x_n) + bv. That costs N H C a clip instead of 2 N C^2, and without self-attention blocks the tokens are normalised
/// once for all probes.
/// </summary>
/// <param name="config">Their form.</param>
/// <param name="parameters">Stacked, [G, ...] each, by the names of <see cref="AttentiveProbe"/>'s.</param>
internal sealed class AttentiveNetwork(AttentiveProbeConfig config, IReadOnlyDictionary<string, Tensor> parameters)
{
    /// <summary>Logits of every probe, [G, B, K].</summary>
    /// <param name="tokens">[B, N, C].</param>
    public Tensor Logits(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return Linear(Pooled(tokens), "linear").MoveToOuterDisposeScope();
    }

    /// <summary>The vectors that are classified, [G, B, C].</summary>
    /// <param name="tokens">[B, N, C].</param>
    public Tensor Pooled(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var x = tokens.unsqueeze(0);                                                       // [1, B, N, C]
        for (var i = 0; i < config.Blocks - 1; i++) x = TokenBlock(x, $"pooler.blocks.{i}.");
        return Pool(x, "pooler.cross_attention_block.").MoveToOuterDisposeScope();
    }

    private Tensor Pool(Tensor x, string prefix)
    {
        var query = parameters["pooler.query_tokens"].reshape(-1, 1, config.Width);      // [G, 1, C]
        var attended = Attend(query, nn.functional.layer_norm(x, [config.Width], eps: config.NormEps), prefix); // [G, B, C]
        var q = query + attended;
        return q + Mlp(Norm(q, prefix + "norm2"), prefix + "mlp.");
    }

    private Tensor Attend(Tensor query, Tensor normed, string prefix)
    {
        long probes = query.size(0), width = config.Width, heads = config.Heads;
        var (gain, shift) = (parameters[prefix + "norm1.weight"], parameters[prefix + "norm1.bias"]); // [G, C]
        var q = Linear(query, prefix + "xattn.q").reshape(probes, heads, 1, -1);           // [G, H, 1, D]
        var keyValue = parameters[prefix + "xattn.kv.weight"].reshape(probes, 2, heads, -1, width); // [G, 2, H, D, C]
        var a = q.matmul(keyValue.select(1, 0)).squeeze(2);                                // [G, H, C]
        a *= gain.unsqueeze(1) / Math.Sqrt(width / heads);
        // What the norm's shift and the keys' bias add to a score is the same for every token: the softmax drops it.
        var mean = WeightedMean(a, normed);                                                // [G, B, H, C]
        mean = (mean * gain.reshape(probes, 1, 1, width)) + shift.reshape(probes, 1, 1, width);
        var value = mean.transpose(1, 2).matmul(keyValue.select(1, 1).transpose(-2, -1));   // [G, H, B, D]
        var bias = parameters[prefix + "xattn.kv.bias"].narrow(1, width, width);           // [G, C]
        return value.transpose(1, 2).reshape(probes, -1, width) + bias.unsqueeze(1);        // [G, B, C]
    }

    // sum_n softmax_n(a . x_n) x_n
    private static Tensor WeightedMean(Tensor a, Tensor normed)
    {
        if (normed.size(0) != 1 || a.size(0) == 1)
            return a.unsqueeze(1).matmul(normed.transpose(-2, -1)).softmax(-1).matmul(normed);
        var shared = normed[0];                                                            // [B, N, C]
        var weights = a.reshape(-1, a.size(-1)).matmul(shared.transpose(-2, -1)).softmax(-1); // [B, G H, N]
        return weights.matmul(shared).reshape(shared.size(0), a.size(0), a.size(1), a.size(2)).transpose(0, 1);
    }

    private Tensor TokenBlock(Tensor x, string prefix)
    {
        x = x + SelfAttention(Norm(x, prefix + "norm1"), prefix + "attn.");
        return x + Mlp(Norm(x, prefix + "norm2"), prefix + "mlp.");
    }

    private Tensor SelfAttention(Tensor x, string prefix)
    {
        long probes = x.size(0), batch = x.size(1), count = x.size(2);
        // [3, G B, H, N, D]
        var qkv = Linear(x, prefix + "qkv").reshape(probes * batch, count, 3, config.Heads, -1).permute(2, 0, 3, 1, 4);
        var mixed = nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);     // [G B, H, N, D]
        return Linear(mixed.transpose(1, 2).reshape(probes, batch, count, -1), prefix + "proj"); // [G, B, N, C]
    }

    private Tensor Mlp(Tensor x, string prefix) => Linear(nn.functional.gelu(Linear(x, prefix + "fc1")), prefix + "fc2");

    // [G|1, ..., C] to [G, ..., C]
    private Tensor Norm(Tensor x, string name)
    {
        var normed = nn.functional.layer_norm(x, [config.Width], eps: config.NormEps);
        return (normed * Spread(parameters[name + ".weight"], x.dim())) + Spread(parameters[name + ".bias"], x.dim());
    }

    // [G|1, ..., in] to [G, ..., out]
    private Tensor Linear(Tensor x, string name)
    {
        var weight = parameters[name + ".weight"];                                         // [G, out, in]
        var flat = x.reshape(x.size(0), -1, x.size(-1)).expand(weight.size(0), -1, -1);
        long[] shape = [weight.size(0), .. x.shape[1..^1], weight.size(1)];
        return (flat.bmm(weight.transpose(1, 2)) + parameters[name + ".bias"].unsqueeze(1)).reshape(shape);
    }

    private static Tensor Spread(Tensor perProbe, long dimensions)
    {
        var shape = new long[dimensions];
        Array.Fill(shape, 1);
        (shape[0], shape[^1]) = (perProbe.size(0), perProbe.size(1));
        return perProbe.reshape(shape);
    }
}
