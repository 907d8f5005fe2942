using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Foundation;

/// <summary>
/// Both ways of drawing. What a GPU draws by is run here on the CPU: it is made of operators that both have.
/// </summary>
public sealed class TensorRandomTests
{
    private const int Many = 200_000;

    public static TheoryData<bool> Both => new(false, true);

    [Fact]
    public void Of_Cpu_DrawsWhatLibtorchsGeneratorDraws()
    {
        using var scope = NewDisposeScope();
        using var random = TensorRandom.Of(7, CPU);
        using var generator = new Generator(7, CPU);
        Tensor[] expected =
        [
            rand(3, 5, generator: generator), randn([2, 4], generator: generator), empty(6).exponential_(1.0, generator),
            empty(4, 1, 1, dtype: bfloat16).bernoulli_(0.7, generator), randint(0, 1000, 9, dtype: int64, generator: generator),
            randperm(8, dtype: int64, generator: generator),
        ];
        Tensor[] actual =
        [
            random.Uniform(3, 5), random.Normal(2, 4), random.Exponential(6), random.Bernoulli(0.7, bfloat16, 4, 1, 1),
            random.Integers(1000, 9), random.Permutation(8),
        ];
        Assert.All(actual.Zip(expected), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Draws_OfOneSeed_AreTheSameAndOfAnotherDiffer(bool counts)
    {
        using var scope = NewDisposeScope();
        using TensorRandom a = Make(counts, 1), b = Make(counts, 1), c = Make(counts, 2);
        var (first, second) = (a.Normal(100), a.Normal(100));
        Assert.True(first.Equals(b.Normal(100)));
        Assert.False(first.Equals(second));
        Assert.False(first.Equals(c.Normal(100)));
        Assert.NotEqual(a.NextSeed(), a.NextSeed());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Fork_AfterSomeDraws_GoesOnAsTheSourceDoes(bool counts)
    {
        using var scope = NewDisposeScope();
        using var source = Make(counts, 3);
        source.Normal(10);
        using var fork = source.Fork();
        Assert.True(fork.Uniform(50).Equals(source.Uniform(50)));
        Assert.Equal(fork.NextSeed(), source.NextSeed());
        Assert.True(fork.Permutation(20).Equals(source.Permutation(20)));
    }

    [Fact]
    public void Bits_OnHostAndDevice_AreTheSameSequence()
    {
        using var scope = NewDisposeScope();
        using CounterRandom host = new(5, CPU), device = new(5, CPU);
        for (var draw = 0; draw < 3; draw++)
        {
            var expected = new DeterministicRandom(SeedSequence.Derive(5, (ulong)draw));
            var numbers = Enumerable.Range(0, 3000).Select(_ => unchecked((long)expected.NextUInt64())).ToArray();
            Assert.Equal(numbers, host.BitsFromHost(3000).data<long>().ToArray());
            Assert.Equal(numbers, device.BitsOnDevice(3000).data<long>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Draws_ManyNumbers_HaveTheirDistributions(bool counts)
    {
        using var scope = NewDisposeScope();
        using var random = Make(counts, 11);
        var uniform = random.Uniform(Many);
        Assert.InRange(uniform.min().item<float>(), 0f, 1e-3f);
        Assert.InRange(uniform.max().item<float>(), 0.999f, 0.99999999f);
        AssertMoments(uniform, mean: 0.5, variance: 1.0 / 12);
        // Neighbours do not follow one another.
        var (left, right) = (uniform.narrow(0, 0, Many - 1) - 0.5, uniform.narrow(0, 1, Many - 1) - 0.5);
        Assert.InRange((left * right).mean().item<float>() * 12, -0.01, 0.01);

        var normal = random.Normal(Many - 1);
        Assert.Equal([Many - 1L], normal.shape);
        AssertMoments(normal, mean: 0, variance: 1);
        Assert.InRange(normal.pow(4).mean().item<float>(), 2.9, 3.1);
        Assert.InRange(normal.abs().max().item<float>(), 4, 7);

        var exponential = random.Exponential(Many);
        AssertMoments(exponential, mean: 1, variance: 1);
        Assert.True(exponential.ge(0).all().item<bool>());

        Assert.InRange(random.Bernoulli(0.3, float32, Many).mean().item<float>(), 0.295, 0.305);

        var integers = random.Integers(10, Many);
        Assert.Equal(int64, integers.dtype);
        var share = bincount(integers, null, 10).to(float32) / Many;
        Assert.Equal(10, share.size(0));
        Assert.True((share - 0.1).abs().max().item<float>() < 0.005);

        var order = random.Permutation(5000);
        Assert.True(order.sort(0).Values.Equals(arange(5000, dtype: int64)));
        Assert.InRange((order.to(float32) - arange(5000, dtype: float32)).abs().mean().item<float>(), 1500, 1850); // 5000 / 3
    }

    [Fact]
    public void Masks_FromCounters_AreTheirGeneratorsInAllButTheNumbers()
    {
        using var scope = NewDisposeScope();
        var grid = new TokenGrid(2, 4, 4);
        var saliency = ones(6, 16);
        foreach (var config in (MaskingConfig[])[new SemanticMaskingConfig(), new RandomMaskingConfig(), new TubeMaskingConfig(),
            new MultiBlockMaskingConfig()])
        {
            using CounterRandom one = new(4, CPU), two = new(4, CPU), other = new(5, CPU);
            var (a, b, c) = (Draw(one), Draw(two), Draw(other));
            Assert.All(a.Zip(b), pair => Assert.True(pair.First.Equals(pair.Second)));
            Assert.Contains(a.Zip(c), pair => !pair.First.Equals(pair.Second));

            List<Tensor> Draw(CounterRandom random) =>
                [.. config.Build(grid).Draw(3, config.ReadsSaliency ? saliency : null, random).Select(mask => mask.ToBoolean())];
        }
    }

    [Fact]
    public void Recomputation_WithCounters_GivesTheSameOutputAndGradients()
    {
        using var scope = NewDisposeScope();
        using var weights = new Generator(4);
        using var block = new TransformerBlock(
            new TransformerBlockOptions(16, 2, 32, GeluKind.Exact, 1, DropPath: 0.5, InitStd: 0.2), 1, weights);
        var results = new[] { false, true }.Select(recomputed =>
        {
            using var random = new CounterRandom(9, CPU);
            var input = randn([8, 5, 16], generator: new Generator(6)).requires_grad_();
            var output = recomputed ? new Recomputation().Run(block.forward, input, random) : block.forward(input, random);
            output.square().mean().backward();
            return cat([output.detach().flatten(), input.grad!.flatten()]);
        }).ToList();
        Assert.True(results[0].Equals(results[1]));
    }

    private static TensorRandom Make(bool counts, ulong seed) => counts ? new CounterRandom(seed, CPU) : TensorRandom.Of(seed, CPU);

    // Within five standard errors.
    private static void AssertMoments(Tensor values, double mean, double variance)
    {
        var error = 5 * Math.Sqrt(variance / Many);
        Assert.InRange(values.mean().item<float>(), mean - error, mean + error);
        Assert.InRange(values.var().item<float>(), 0.97 * variance, 1.03 * variance);
    }
}
