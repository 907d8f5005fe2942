using InternVideoNext.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

public sealed class LinearPixelDecoderTests
{
    [Fact]
    public void TokenLoss_IsTheMeanSquaredErrorOfALinearMap()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(1);
        using var decoder = new LinearPixelDecoderConfig().Build(5, 7, generator);
        var (z, target) = (randn(4, 5, generator: generator).requires_grad_(), randn(4, 7, generator: generator));
        var parameters = decoder.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        Assert.Equal(["proj.bias", "proj.weight"], parameters.Keys.Order(StringComparer.Ordinal));

        var estimate = nn.functional.linear(z, parameters["proj.weight"], parameters["proj.bias"]);
        var loss = decoder.TokenLoss(target, z, generator);
        Assert.True(loss.allclose((estimate - target).pow(2).mean([1])));
        Assert.True(decoder.Reconstruct(z, generator, 10, 1.0).allclose(estimate));

        loss.mean().backward();
        Assert.All(parameters.Values, parameter => Assert.NotEqual(0, parameter.grad!.abs().sum().item<float>()));
        Assert.NotEqual(0, z.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void TokenLoss_BFloat16Weights_IsFloat32()
    {
        using var scope = NewDisposeScope();
        using var decoder = new LinearPixelDecoderConfig().Build(5, 7, new Generator(1));
        decoder.to(bfloat16);
        Assert.Equal(float32, decoder.TokenLoss(zeros(4, 7), zeros(4, 5, dtype: bfloat16), new Generator(1)).dtype);
    }
}
