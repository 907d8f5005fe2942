using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class WeightInitializationTests
{
    [Fact]
    public void TruncatedNormal_ManyDraws_HasTheDeviationAndTheCut()
    {
        using var scope = NewDisposeScope();
        var weight = WeightInitialization.TruncatedNormal(empty(400, 400), 0.02, new Generator(1));
        Assert.InRange(weight.std().item<float>(), 0.0198f, 0.0202f);
        Assert.InRange(weight.mean().item<float>(), -2e-4f, 2e-4f);
        Assert.InRange(weight.abs().max().item<float>(), 0.06f, 0.0801f);
    }

    [Fact]
    public void TruncatedNormal_ZeroDeviation_GivesZeros()
    {
        using var weight = WeightInitialization.TruncatedNormal(ones(8, 8), 0, new Generator(1));
        Assert.Equal(0, weight.abs().max().item<float>());
    }

    [Fact]
    public void XavierUniform_Matrix_StaysWithinItsBound()
    {
        using var weight = WeightInitialization.XavierUniform(empty(100, 50), new Generator(1));
        Assert.InRange(weight.abs().max().item<float>(), 0.19f, 0.2f);
    }

    [Fact]
    public void RescaleResidual_Block_DividesByTheRootOfTwiceItsNumber()
    {
        using var weight = ones(2, 2);
        WeightInitialization.RescaleResidual(weight, 8);
        Assert.Equal(0.25f, weight[0, 0].item<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightInitialization.RescaleResidual(weight, 0));
    }
}
