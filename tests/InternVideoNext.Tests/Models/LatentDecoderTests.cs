using InternVideoNext.Foundation;
using InternVideoNext.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

public sealed class LatentDecoderTests
{
    [Fact]
    public void Forward_ReferenceWeights_IsTheHeadsFormula()
    {
        using var scope = NewDisposeScope();
        using var reference = ReferenceFile.Open("stage2");
        const string Prefix = "weights.student.selfdist_decoder.";
        var (first, second) = (reference[Prefix + "head.0.weight"], reference[Prefix + "head.2.weight"]);
        using var decoder = new LatentDecoderConfig().Build((int)first.size(1), (int)second.size(0), new Generator(1));
        reference.LoadInto(decoder, Prefix);

        var z = randn(3, 4, first.size(1), generator: new Generator(2));
        var hidden = nn.functional.gelu(nn.functional.linear(z, first, reference[Prefix + "head.0.bias"]));
        var projected = nn.functional.linear(hidden, second, reference[Prefix + "head.2.bias"]);
        var normal = nn.functional.layer_norm(
            projected, [second.size(0)], reference[Prefix + "norm.weight"], reference[Prefix + "norm.bias"], 1e-5);
        var expected = normal / normal.square().sum(-1, keepdim: true).sqrt();
        Assert.InRange(ReferenceFile.RelativeDifference(decoder.call(z), expected), 0, 1e-6);
    }

    [Fact]
    public void Parameters_NamesShapesAndGradients_AreComplete()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(3);
        using var decoder = new LatentDecoderConfig().Build(6, 4, generator);
        Assert.Equal(
            ["head.0.bias [6]", "head.0.weight [6, 6]", "head.2.bias [4]", "head.2.weight [4, 6]", "norm.bias [4]", "norm.weight [4]"],
            ReferenceFile.Describe(decoder));
        (decoder.call(randn(5, 6, generator: generator)) * randn(5, 4, generator: generator)).sum().backward();
        Assert.All(decoder.parameters(), parameter => Assert.NotEqual(0, parameter.grad!.abs().sum().item<float>()));
    }

    [Fact]
    public void To_BFloat16_ConvertsTheHeadAndAnswersUnitVectorsInFloat32()
    {
        using var scope = NewDisposeScope();
        using var decoder = new LatentDecoderConfig().Build(6, 4, new Generator(1));
        decoder.to(bfloat16);
        Assert.All(decoder.parameters(), parameter => Assert.Equal(bfloat16, parameter.dtype));
        var latents = decoder.call(randn(3, 6, generator: new Generator(2)).to(bfloat16));
        Assert.Equal(float32, latents.dtype);
        Assert.True(latents.norm(1).allclose(ones(3)));
    }

    [Fact]
    public void Forward_Repeated_KeepsNoTensors()
    {
        using var decoder = new LatentDecoderConfig().Build(6, 4, new Generator(1));
        using var z = ones(2, 6);
        decoder.call(z).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++) decoder.call(z).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Build_WidthNotPositive_ThrowsNamingIt()
    {
        var error = Assert.Throws<ConfigurationException>(() => new LatentDecoderConfig().Build(0, 4, new Generator(1)));
        Assert.Contains("predictor width = 0", error.Message, StringComparison.Ordinal);
    }
}
