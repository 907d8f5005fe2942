using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class MultiHeadAttentionTests
{
    [Theory]
    [InlineData(AttentionBias.All, "qkv.bias")]
    [InlineData(AttentionBias.QueryAndValue, "q_bias,v_bias")]
    [InlineData(AttentionBias.None, "")]
    public void Parameters_Bias_HaveTheCheckpointNames(AttentionBias bias, string names)
    {
        using var attention = new MultiHeadAttention(12, 3, bias, cap: null, std: 0.1, new Generator(1));
        Assert.Equal(
            [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries), "proj.bias", "proj.weight", "qkv.weight"],
            attention.named_parameters().Select(p => p.name).OrderBy(name => name.StartsWith("q_", StringComparison.Ordinal) ? 0
                : name is "qkv.bias" or "v_bias" ? 1 : 2).ThenBy(name => name, StringComparer.Ordinal));
    }

    [Fact]
    public void Forward_CapFarAboveTheScores_IsPlainAttention()
    {
        using var scope = NewDisposeScope();
        using var plain = new MultiHeadAttention(12, 3, AttentionBias.All, cap: null, std: 0.5, new Generator(1));
        using var capped = new MultiHeadAttention(12, 3, AttentionBias.All, cap: 1e4, std: 0.5, new Generator(1));
        using var low = new MultiHeadAttention(12, 3, AttentionBias.All, cap: 0.5, std: 0.5, new Generator(1));
        var x = randn([2, 7, 12], generator: new Generator(2));
        Assert.InRange(ReferenceFile.RelativeDifference(capped.forward(x, null), plain.forward(x, null)), 0, 1e-5);
        Assert.True(ReferenceFile.RelativeDifference(low.forward(x, null), plain.forward(x, null)) > 1e-2);
    }
}
