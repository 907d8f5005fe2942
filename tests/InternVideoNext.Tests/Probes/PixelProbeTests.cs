using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class PixelProbeTests
{
    [Fact]
    public void Fit_PixelsThatAreALinearMapPlusNoise_ReadsTheMapAndExplainsTheRest()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var map = randn(6, 12, generator: generator);
        var (outputs, test) = (randn(4000, 6, generator: generator), randn(1000, 6, generator: generator));
        var noise = 0.5 * randn(1000, 12, generator: generator);
        using var probe = PixelProbe.Fit(outputs, outputs.matmul(map) + 2 + (0.5 * randn(4000, 12, generator: generator)));
        Assert.True((probe.Read(test) - test.matmul(map) - 2).abs().max().item<float>() < 0.2);
        var pixels = test.matmul(map) + 2 + noise;
        var signal = test.matmul(map).var(0, unbiased: false).sum().item<float>();
        Assert.Equal(signal / (signal + (12 * 0.25)), probe.Explained(test, pixels), 0.02);
    }

    [Fact]
    public void Explained_OutputsThatSayNothing_IsNothing()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        using var probe = PixelProbe.Fit(randn(5000, 4, generator: generator), randn(5000, 8, generator: generator));
        Assert.InRange(probe.Explained(randn(5000, 4, generator: generator), randn(5000, 8, generator: generator)), -0.01, 0.01);
    }

    [Fact]
    public void Fit_DifferentNumbersOfTokens_SaysWhichShapes()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "[3, 2] and [4, 5]", Assert.Throws<ArgumentException>(() => PixelProbe.Fit(zeros(3, 2), zeros(4, 5))).Message,
            StringComparison.Ordinal);
    }
}
