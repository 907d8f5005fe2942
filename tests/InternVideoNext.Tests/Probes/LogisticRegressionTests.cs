using InternVideoNext.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class LogisticRegressionTests
{
    private static readonly double[] Strengths = [1e-4, 1e-2, 1];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Solve_OverlappingClasses_GradientVanishesInTheOriginalCoordinates(double separation)
    {
        using var scope = NewDisposeScope();
        using var set = MadeFeatures.Make(300, 4, 12, seed: 1, "a", 0, separation);
        // Unequal scales and a shift: the solver's own coordinates are not these.
        var x = (set.Features.to(float64) * linspace(0.1, 5, 12, dtype: float64)) + 3;
        var labels = tensor(set.Labels.Select(label => (long)label).ToArray());
        using var solution = LogisticRegression.Solve(x, labels, 4, Strengths, tolerance: 1e-9);
        for (var g = 0; g < Strengths.Length; g++)
        {
            var weights = solution.Weights[g].detach().clone().requires_grad_();
            var bias = solution.Bias[g].detach().clone().requires_grad_();
            var loss = nn.functional.cross_entropy(x.matmul(weights) + bias, labels) + (Strengths[g] / 2 * weights.square().sum());
            loss.backward();
            Assert.Equal(loss.item<double>(), solution.Loss[g], 9);
            Assert.InRange(weights.grad!.abs().max().item<double>(), 0, 1e-7);
            Assert.InRange(bias.grad!.abs().max().item<double>(), 0, 1e-7);
        }
    }

    [Fact]
    public void Solve_TwoBalancedPoints_GivesTheClosedForm()
    {
        // x = -1, +1 with classes 0, 1: W = (-w, w), and w solves l2 * 2 w = 1 - tanh(w) by symmetry.
        using var x = tensor([-1.0, 1.0]).reshape(2, 1);
        using var labels = tensor([0L, 1L]);
        using var solution = LogisticRegression.Solve(x, labels, 2, [0.05], tolerance: 1e-12);
        var w = solution.Weights[0, 0, 1].item<double>();
        Assert.Equal(-w, solution.Weights[0, 0, 0].item<double>(), 9);
        Assert.Equal(1 - Math.Tanh(w), 2 * 0.05 * w, 9);
        Assert.Equal(0, solution.Bias.abs().max().item<double>(), 9);
    }

    [Fact]
    public void Solve_StrengthsTogetherOrAlone_GivesTheSame()
    {
        using var set = MadeFeatures.Make(200, 3, 8, seed: 2, "a", 0, 1.5);
        using var labels = tensor(set.Labels.Select(label => (long)label).ToArray());
        using var together = LogisticRegression.Solve(set.Features, labels, 3, Strengths, tolerance: 1e-9);
        for (var g = 0; g < Strengths.Length; g++)
        {
            using var alone = LogisticRegression.Solve(set.Features, labels, 3, [Strengths[g]], tolerance: 1e-9);
            using var difference = (together.Weights[g] - alone.Weights[0]).abs().max();
            Assert.InRange(difference.item<double>(), 0, 1e-5);
        }
    }

    [Fact]
    public void Solve_MoreChannelsThanRows_Converges()
    {
        using var set = MadeFeatures.Noise(60, 5, 128, seed: 3, "a");
        using var labels = tensor(set.Labels.Select(label => (long)label).ToArray());
        using var solution = LogisticRegression.Solve(set.Features, labels, 5, [1e-5, 1e-1], tolerance: 1e-7);
        Assert.All(solution.GradientNorm, norm => Assert.InRange(norm, 0, 1e-7));
        Assert.InRange(solution.Iterations, 1, 200);
    }

    [Fact]
    public void Solve_StrengthNotPositive_Throws()
    {
        using var x = zeros(2, 1);
        using var labels = tensor([0L, 1L]);
        Assert.Throws<ArgumentException>(() => LogisticRegression.Solve(x, labels, 2, [0.1, 0]));
    }

    [Fact]
    public void Solve_Twice_LeavesNoTensorsAndTheSameBits()
    {
        using var set = MadeFeatures.Make(100, 3, 8, seed: 4, "a", 0, 1);
        using var labels = tensor(set.Labels.Select(label => (long)label).ToArray());
        using var first = LogisticRegression.Solve(set.Features, labels, 3, Strengths);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var second = LogisticRegression.Solve(set.Features, labels, 3, Strengths))
            Assert.True(first.Weights.equal(second.Weights).all().item<bool>());
        Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount - before, 0, 2);
    }
}
