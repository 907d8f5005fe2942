using InternVideoNext.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Tests.Modules;

public sealed class LocalAttentionTests
{
    [Theory]
    [InlineData(37, 4, 4)]
    [InlineData(36, 4, 4)]
    [InlineData(41, 4, 8)]
    [InlineData(3, 5, 16)]
    [InlineData(100, 16, 16)]
    [InlineData(97, 7, 16)]
    public void Attend_InBlocks_EqualsMaskedMatrix(int length, int radius, int block)
    {
        using var scope = NewDisposeScope();
        var inputs = Inputs(length);
        var blocked = Run(LocalAttention.Blocked(length, radius, block, float32, CPU), inputs);
        var masked = Run(LocalAttention.Full(length, radius, float32, CPU), inputs);

        foreach (var (a, b) in blocked.Zip(masked)) Assert.InRange(ReferenceFile.RelativeDifference(a, b), 0, 1e-5);
    }

    [Fact]
    public void Attend_FarKeyChanged_OnlyNearQueriesChange()
    {
        using var scope = NewDisposeScope();
        const int Length = 200, Radius = 5, Changed = 90;
        var (query, key, value) = Inputs(Length);
        var window = LocalAttention.For(Length, Radius, float32, CPU);
        Assert.True(window.IsBlocked);
        var other = value.clone();
        other[.., .., Changed] += 1;

        var moved = (window.Attend(query, key, other) - window.Attend(query, key, value)).abs().sum([0, 1, 3]).gt(0);

        var near = (arange(Length) - Changed).abs().le(Radius);
        Assert.True(moved.equal(near).all().item<bool>());
    }

    [Theory]
    [InlineData(65, 64)]
    [InlineData(10, 64)]
    public void For_SequenceWithinTheBand_AttendsEverywhere(int length, int radius)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = Inputs(length);
        var near = LocalAttention.For(length, radius, float32, CPU).Attend(query, key, value);
        var all = functional.scaled_dot_product_attention(query, key, value, p: 0);
        Assert.InRange(ReferenceFile.RelativeDifference(near, all), 0, 1e-6);
    }

    [Fact]
    public void For_RadiusBelowOne_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalAttention.For(10, 0, float32, CPU));

    private static (Tensor Query, Tensor Key, Tensor Value) Inputs(int length)
    {
        var generator = new Generator((ulong)length);
        Tensor Draw() => randn([2, 3, length, 8], generator: generator);
        return (Draw(), Draw(), Draw());
    }

    // Output and the gradients of query, key and value.
    private static Tensor[] Run(LocalAttention window, (Tensor Query, Tensor Key, Tensor Value) inputs)
    {
        Tensor[] leaves = [.. new[] { inputs.Query, inputs.Key, inputs.Value }.Select(x => x.clone().requires_grad_())];
        var output = window.Attend(leaves[0], leaves[1], leaves[2]);
        (output * inputs.Query.cos()).sum().backward();
        return [output.detach(), .. leaves.Select(leaf => leaf.grad!)];
    }
}
