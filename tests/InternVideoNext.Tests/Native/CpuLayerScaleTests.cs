using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

public sealed class CpuLayerScaleTests
{
    public static TheoryData<long[]> Shapes =>
        new() { new long[] { 5 }, new long[] { 1, 1 }, new long[] { 2, 3, 27 }, new long[] { 900, 192 }, new long[] { 0, 8 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AddScaled_AnyShape_EqualsAddcmulAndItsGradients(long[] shape)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor[] values = [
            randn(shape, generator: generator), randn(shape, generator: generator), randn([shape[^1]], generator: generator)];
        var direction = randn(shape, generator: generator);
        var (actual, mine) = Differentiated(values, direction, Operators.AddScaled);
        var (expected, torchs) = Differentiated(values, direction, (stream, branch, gamma) => stream.addcmul(branch, gamma, 1));
        Assert.True(actual.equal(expected).all().item<bool>());
        if (actual.numel() == 0) return;
        foreach (var (a, b) in mine.Zip(torchs)) Assert.InRange(ReferenceFile.RelativeDifference(a, b), 0, 2e-6);
    }

    [Fact]
    public void AddScaled_StreamUsedAgain_AddsBothGradients()
    {
        using var scope = NewDisposeScope();
        var (x, gamma) = (full([3, 4], 2.0, requires_grad: true), full([4], 0.5, requires_grad: true));
        var y = Operators.AddScaled(x, x * 3, gamma); // x (1 + 3 gamma)
        (y * y + x).sum().backward();
        Assert.Equal(((2 * 2 * 2.5 * 2.5) + 1), x.grad![0, 0].item<float>(), 1e-5);
        Assert.Equal(3 * 2 * 5 * 2 * 3, gamma.grad![0].item<float>(), 1e-3); // over three rows
    }

    [Fact]
    public void Takes_OnlyWhatItComputes()
    {
        using var scope = NewDisposeScope();
        var (x, gamma) = (ones([2, 4], requires_grad: true), ones(4, requires_grad: true));
        Assert.True(CpuLayerScale.Takes(x, x, gamma));
        Assert.False(CpuLayerScale.Takes(x.to(bfloat16), x.to(bfloat16), gamma.to(bfloat16)));
        Assert.False(CpuLayerScale.Takes(x, x, ones(4)));
        using var off = no_grad();
        Assert.False(CpuLayerScale.Takes(x, x, gamma));
    }

    private static (Tensor Output, Tensor[] Gradients) Differentiated(
        Tensor[] values, Tensor direction, Func<Tensor, Tensor, Tensor, Tensor> add)
    {
        Tensor[] leaves = [.. values.Select(v => v.clone().requires_grad_())];
        var y = add(leaves[0], leaves[1], leaves[2]);
        (y * direction).sum().backward();
        return (y.detach(), [.. leaves.Select(l => l.grad!)]);
    }
}
