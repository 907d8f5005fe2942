using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class RotaryEmbeddingTests
{
    [Fact]
    public void Rotate_QueriesAndKeys_ScoresDependOnTheirDistanceOnly()
    {
        using var scope = NewDisposeScope();
        const int Length = 12, Width = 8;
        var generator = new Generator(1);
        var query = randn([1, 1, 1, Width], generator: generator).expand(1, Length, 1, Width);
        var key = randn([1, 1, 1, Width], generator: generator).expand(1, Length, 1, Width);
        var rotary = RotaryEmbedding.For(Length, Width, 10000, float32, CPU);

        var scores = matmul(rotary.Rotate(query).view(Length, Width), rotary.Rotate(key).view(Length, Width).t()); // [q, k]

        for (var distance = -3; distance <= 3; distance++)
        {
            var diagonal = scores.diagonal(distance);
            Assert.InRange((diagonal - diagonal[0]).abs().max().item<float>(), 0, 1e-4f);
        }

        Assert.True((scores[0, 5] - scores[0, 0]).abs().item<float>() > 1e-2);
        Assert.InRange(ReferenceFile.RelativeDifference(rotary.Rotate(query).square().sum(-1), query.square().sum(-1)), 0, 1e-5);
    }
}
