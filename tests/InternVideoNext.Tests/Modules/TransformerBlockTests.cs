using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class TransformerBlockTests
{
    private static readonly TransformerBlockOptions Options = new(32, 4, 64, GeluKind.Exact, 0.5, DropPath: 0.5, InitStd: 0.02);

    [Fact]
    public void Parameters_Always_HaveTheCheckpointNames()
    {
        using var block = new TransformerBlock(Options, 0, new Generator(1));
        Assert.Equal(
            [
                "attn.k_norm.weight [32]", "attn.proj.bias [32]", "attn.proj.weight [32, 32]", "attn.q_norm.weight [32]",
                "attn.qkv.weight [96, 32]", "ls1.gamma [32]", "ls2.gamma [32]", "mlp.fc1.bias [64]", "mlp.fc1.weight [64, 32]",
                "mlp.fc2.bias [32]", "mlp.fc2.weight [32, 64]", "norm1.weight [32]", "norm2.weight [32]",
            ],
            ReferenceFile.Describe(block));
    }

    [Fact]
    public void Parameters_WithoutLayerScale_LackOnlyTheScales()
    {
        using var block = new TransformerBlock(Options with { LayerScaleInit = null }, 0, new Generator(1));
        Assert.DoesNotContain(ReferenceFile.Describe(block), name => name.StartsWith("ls", StringComparison.Ordinal));
        Assert.Equal(11, ReferenceFile.Describe(block).Length);
    }

    [Fact]
    public void Forward_DropPath_DropsWholeClipsAndRepeatsWithTheSeed()
    {
        using var scope = NewDisposeScope();
        using var block = new TransformerBlock(Options, 0, new Generator(1));
        var x = randn([64, 3, 32], generator: new Generator(2));

        var first = block.forward(x, new Generator(5));
        var again = block.forward(x, new Generator(5));
        var other = block.forward(x, new Generator(6));
        var none = block.forward(x, null);

        Assert.True(first.equal(again).all().item<bool>());
        Assert.False(first.equal(other).all().item<bool>());
        // Both branches dropped: with rate 1/2 about a quarter of the clips pass unchanged, all three tokens together.
        var unchanged = first.eq(x).all(2); // [B, N]
        Assert.True(unchanged.all(1).equal(unchanged.any(1)).all().item<bool>());
        Assert.InRange(unchanged.all(1).sum().item<long>(), 6, 30);
        Assert.False(none.eq(x).all(2).any().item<bool>());
    }

    [Fact]
    public void DropPath_KeptBranches_AreScaledUp()
    {
        using var scope = NewDisposeScope();
        var kept = DropPath.Apply(ones(4096, 1, 1), 0.25, new Generator(1));
        Assert.Equal(4.0f / 3, kept.max().item<float>(), 1e-6f);
        Assert.Equal(0, kept.min().item<float>());
        Assert.InRange(kept.mean().item<float>(), 0.95f, 1.05f);
    }

    [Fact]
    public void DropPathRate_OverDepth_GrowsLinearlyFromZero()
    {
        Assert.Equal([0, 0.1, 0.2], Enumerable.Range(0, 3).Select(i => DropPath.Rate(i, 3, 0.2)));
        Assert.Equal(0, DropPath.Rate(0, 1, 0.2));
    }

    [Fact]
    public void Forward_TanhGelu_DiffersSlightlyFromExact()
    {
        using var scope = NewDisposeScope();
        var x = randn([2, 3, 32], generator: new Generator(2));
        using var exact = new TransformerBlock(Options with { InitStd = 0.5 }, 0, new Generator(1));
        using var tanh = new TransformerBlock(Options with { InitStd = 0.5, Gelu = GeluKind.Tanh }, 0, new Generator(1));
        Assert.InRange(ReferenceFile.RelativeDifference(tanh.forward(x, null), exact.forward(x, null).detach()), 1e-7, 1e-2);
    }

    [Fact]
    public void ZeroResidualOutputs_Block_IsTheIdentity()
    {
        using var scope = NewDisposeScope();
        using var block = new TransformerBlock(Options, 0, new Generator(1));
        block.ZeroResidualOutputs();
        var x = randn([2, 3, 32], generator: new Generator(2));
        Assert.True(block.forward(x, null).equal(x).all().item<bool>());
    }
}
