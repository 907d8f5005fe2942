using InternVideoNext.Diffusion;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Diffusion;

public sealed class DiffusionProcessTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(1000);

    [Fact]
    public void Diffuse_GivenSteps_AgreesWithReference()
    {
        using var scope = NewDisposeScope();
        using var reference = ReferenceFile.Open("diffusion_decoder");
        using var process = new DiffusionProcess(Schedule);
        var noisy = process.Diffuse(reference["input.target"], reference["input.t"], reference["input.noise"]);
        Assert.InRange(ReferenceFile.RelativeDifference(noisy, reference["output.x_t"]), 0, 1e-6);
    }

    [Fact]
    public void Loss_GivenOutput_AgreesWithTheDefinitionInDoublePrecision()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(3);
        var start = rand(400, 5, generator: generator) * 2.6 - 1.3; // beyond -1 .. 1 too: the outermost levels
        var noise = randn(400, 5, generator: generator);
        var output = randn(400, 10, generator: generator) * 0.5;
        var t = cat([zeros(200, dtype: int64), randint(1, 1000, 200, dtype: int64, generator: generator)]);
        using var process = new DiffusionProcess(Schedule);
        var loss = process.Loss(output, start, t, noise);
        for (var row = 0; row < 400; row++)
        {
            var expected = BoundByDefinition(output[row], start[row], (int)t[row].item<long>(), noise[row]);
            var actual = loss.Vb[row].item<float>();
            Assert.True(Math.Abs(actual - expected) <= 1e-3 + (1e-3 * Math.Abs(expected)), $"row {row}: {actual} for {expected}");
        }
    }

    [Fact]
    public void Bound_BothWaysToTheFirstStep_AgreeInValueAndGradient()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(8);
        var (start, error, divergence) = (
            randn(20, 3, generator: generator), randn(20, 3, generator: generator) * 0.01, rand(20, generator: generator));
        var t = randint(0, 2, 20, dtype: int64, generator: generator);
        var (every, first) = (full([20, 3], -9.0).requires_grad_(), full([20, 3], -9.0).requires_grad_());
        var a = VariationalBound.SurpriseInEveryRow(divergence, start, error, every, t);
        var b = VariationalBound.SurpriseInFirstRows(divergence, start, error, first, t);
        Assert.True(a.allclose(b));
        a.sum().backward();
        b.sum().backward();
        Assert.True(every.grad!.allclose(first.grad!));
        Assert.NotEqual(0, first.grad!.abs().max().item<float>());
        var none = VariationalBound.SurpriseInFirstRows(divergence, start, error, first, ones_like(t));
        Assert.True(none.Equals(divergence));
    }

    [Fact]
    public void Loss_Gradient_BoundTrainsTheVarianceAlone()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(4);
        var output = randn(16, 8, generator: generator).requires_grad_();
        using var process = new DiffusionProcess(Schedule);
        var loss = process.Loss(output, rand(16, 4, generator: generator), arange(0, 16), randn(16, 4, generator: generator));
        loss.Vb.sum().backward(retain_graph: true);
        Assert.Equal(0, output.grad!.narrow(1, 0, 4).abs().max().item<float>());
        Assert.NotEqual(0, output.grad!.narrow(1, 4, 4).abs().min().item<float>());
        output.grad!.zero_();
        loss.Mse.sum().backward();
        Assert.NotEqual(0, output.grad!.narrow(1, 0, 4).abs().min().item<float>());
        Assert.Equal(0, output.grad!.narrow(1, 4, 4).abs().max().item<float>());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(25)]
    public void Sample_OracleNoise_RecoversStart(int steps)
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(5);
        var start = (rand(6, 7, generator: generator) * 2) - 1;
        using var process = new DiffusionProcess(Schedule.Respace(steps));
        var sample = process.Sample(Oracle, 6, 7, generator);
        Assert.InRange((sample - start).abs().max().item<float>(), 0, 1e-3);

        Tensor Oracle(Tensor noisy, Tensor told)
        {
            var alphaBar = Schedule.AlphasCumprod[(int)told[0].item<long>()];
            var noise = (noisy - (start * Math.Sqrt(alphaBar))) / Math.Sqrt(1 - alphaBar);
            return cat([noise, zeros_like(noise)], 1);
        }
    }

    [Fact]
    public void Sample_OracleOfAGaussian_HasItsSpread()
    {
        // For x_0 ~ N(0, s^2) the best noise estimate is linear in x_t: samples must spread by s again.
        using var scope = NewDisposeScope();
        const double Deviation = 0.4;
        using var process = new DiffusionProcess(Schedule.Respace(250));
        var sample = process.Sample(Oracle, 4000, 1, new Generator(6));
        Assert.InRange(sample.std().item<float>(), Deviation * 0.94, Deviation * 1.06);
        var cold = process.Sample(Oracle, 4000, 1, new Generator(6), temperature: 0.5);
        Assert.InRange(cold.std().item<float>(), 0, Deviation * 0.9);

        static Tensor Oracle(Tensor noisy, Tensor told)
        {
            var alphaBar = Schedule.AlphasCumprod[(int)told[0].item<long>()];
            var variance = (alphaBar * Deviation * Deviation) + 1 - alphaBar;
            var noise = noisy * (Math.Sqrt(1 - alphaBar) / variance);
            return cat([noise, ones_like(noise)], 1);
        }
    }

    [Fact]
    public void Step_FirstStepWithoutNoise_ThrowsNamingTheStep()
    {
        using var scope = NewDisposeScope();
        using var process = new DiffusionProcess(Schedule);
        var error = Assert.Throws<ArgumentNullException>(() => process.Step(zeros(1, 2), zeros(1, 4), 7, noise: null));
        Assert.Contains("Step 7", error.Message, StringComparison.Ordinal);
    }

    // Written after the papers' formulas, one number at a time.
    private static double BoundByDefinition(Tensor output, Tensor start, int t, Tensor noise)
    {
        var (ab, before) = (Schedule.AlphasCumprod[t], t == 0 ? 1.0 : Schedule.AlphasCumprod[t - 1]);
        var (beta, count) = (Schedule.Betas[t], (int)start.size(0));
        var small = Schedule.PosteriorLogVarianceClipped[t];
        var bits = 0.0;
        for (var i = 0; i < count; i++)
        {
            double x0 = start[i].item<float>(), e = noise[i].item<float>();
            double estimate = output[i].item<float>(), v = output[count + i].item<float>();
            var xt = (Math.Sqrt(ab) * x0) + (Math.Sqrt(1 - ab) * e);
            var guess = (xt - (Math.Sqrt(1 - ab) * estimate)) / Math.Sqrt(ab);
            var (model, truth) = (PosteriorMean(guess, xt), PosteriorMean(x0, xt));
            var logVariance = ((v + 1) / 2 * Math.Log(beta)) + ((1 - v) / 2 * small);
            bits += t == 0
                ? -LogLikelihood(x0, model, Math.Exp(0.5 * logVariance))
                : 0.5 * (-1 + logVariance - small + Math.Exp(small - logVariance) + (Math.Pow(truth - model, 2) * Math.Exp(-logVariance)));
        }
        return bits / count / Math.Log(2);

        double PosteriorMean(double x0, double xt) =>
            ((beta * Math.Sqrt(before) * x0) + ((1 - before) * Math.Sqrt(1 - beta) * xt)) / (1 - ab);
    }

    private static double LogLikelihood(double x, double mean, double deviation)
    {
        var below = Cdf((x - mean + (1 / 255.0)) / deviation);
        var under = Cdf((x - mean - (1 / 255.0)) / deviation);
        return Math.Log(Math.Max(x < -0.999 ? below : x > 0.999 ? 1 - under : below - under, 1e-12));

        static double Cdf(double z) => 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (z + (0.044715 * z * z * z))));
    }
}
