using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class AttentiveProbeTests
{
    private const int Width = 12, Heads = 3, Classes = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Forward_AgainstPlainArithmetic_Agrees(int blocks)
    {
        using var scope = NewDisposeScope();
        using var probe = Scrambled(blocks, seed: 1);
        var tokens = Tokens(4, 7);
        var actual = probe.forward(tokens);
        var plain = PlainAttention.Of(probe, Width, Heads, blocks);
        Assert.InRange(LargestDifference(plain, tokens, actual), 0, 2e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void BankLogits_AgainstPlainArithmetic_AgreesForEveryProbe(int blocks)
    {
        using var scope = NewDisposeScope();
        using var probe = Scrambled(blocks, seed: 2);
        using var bank = new AttentiveBank(probe, 3, CPU);
        using (var generator = new Generator(3))
        using (no_grad())
        {
            foreach (var parameter in bank.Parameters) parameter.add_(randn(parameter.shape, generator: generator), alpha: 0.2);
        }
        var tokens = Tokens(4, 7);
        var logits = bank.Logits(tokens);
        for (var g = 0; g < 3; g++)
        {
            using var single = bank.Extract(g);
            Assert.InRange(LargestDifference(PlainAttention.Of(single, Width, Heads, blocks), tokens, logits[g]), 0, 5e-5);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void BankGradients_AgainstDifferencesOfPlainArithmetic_Agree(int blocks)
    {
        using var scope = NewDisposeScope();
        using var probe = Scrambled(blocks, seed: 4);
        using var bank = new AttentiveBank(probe, 2, CPU);
        var tokens = Tokens(6, 5);
        long[] labels = [0, 1, 2, 3, 4, 0];
        var logits = bank.Logits(tokens);
        (nn.functional.cross_entropy(logits[0], tensor(labels)) + nn.functional.cross_entropy(logits[1], tensor(labels))).backward();
        var weights = probe.named_parameters().ToDictionary(p => p.name, p => p.parameter.data<float>().Select(v => (double)v).ToArray());
        var random = new Random(5);
        foreach (var (name, stacked) in bank.Names.Zip(bank.Parameters))
        {
            var direction = weights[name].Select(_ => random.NextDouble() - 0.5).ToArray();
            var slope = (Loss(name, direction, 1e-4) - Loss(name, direction, -1e-4)) / 2e-4;
            for (var g = 0; g < 2; g++)
            {
                var gradient = stacked.grad![g].reshape(-1).data<float>().ToArray();
                // The keys' bias shifts all scores alike: its part of the gradient is 0 but for rounding.
                var scale = Math.Max(0.01, Math.Sqrt(gradient.Sum(value => value * value)));
                Assert.InRange((gradient.Zip(direction, (value, d) => value * d).Sum() - slope) / scale, -1e-4, 1e-4);
            }
        }

        double Loss(string name, double[] direction, double step)
        {
            var moved = new Dictionary<string, double[]>(weights) { [name] = [.. weights[name].Zip(direction, (w, d) => w + (step * d))] };
            var plain = new PlainAttention(moved, Width, Heads, blocks);
            return Clips(tokens).Select(plain.Logits).Zip(labels, (row, label) => Math.Log(row.Sum(Math.Exp)) - row[label]).Average();
        }
    }

    [Fact]
    public void ParameterNames_AreThoseOfTheRelease()
    {
        using var generator = new Generator(1);
        using var probe = Config(2).Build(generator);
        var names = probe.named_parameters().Select(pair => $"{pair.name} {string.Join("x", pair.parameter.shape)}").ToList();
        // Drawn in this order: another one would start other probes from the same seed.
        Assert.Equal(
            [.. Config(2).ParameterShapes().Select(parameter => $"{parameter.Name} {string.Join("x", parameter.Shape)}")], names);
        Assert.Equal(
        [
            "linear.bias 5", "linear.weight 5x12",
            "pooler.blocks.0.attn.proj.bias 12", "pooler.blocks.0.attn.proj.weight 12x12",
            "pooler.blocks.0.attn.qkv.bias 36", "pooler.blocks.0.attn.qkv.weight 36x12",
            "pooler.blocks.0.mlp.fc1.bias 48", "pooler.blocks.0.mlp.fc1.weight 48x12",
            "pooler.blocks.0.mlp.fc2.bias 12", "pooler.blocks.0.mlp.fc2.weight 12x48",
            "pooler.blocks.0.norm1.bias 12", "pooler.blocks.0.norm1.weight 12",
            "pooler.blocks.0.norm2.bias 12", "pooler.blocks.0.norm2.weight 12",
            "pooler.cross_attention_block.mlp.fc1.bias 48", "pooler.cross_attention_block.mlp.fc1.weight 48x12",
            "pooler.cross_attention_block.mlp.fc2.bias 12", "pooler.cross_attention_block.mlp.fc2.weight 12x48",
            "pooler.cross_attention_block.norm1.bias 12", "pooler.cross_attention_block.norm1.weight 12",
            "pooler.cross_attention_block.norm2.bias 12", "pooler.cross_attention_block.norm2.weight 12",
            "pooler.cross_attention_block.xattn.kv.bias 24", "pooler.cross_attention_block.xattn.kv.weight 24x12",
            "pooler.cross_attention_block.xattn.q.bias 12", "pooler.cross_attention_block.xattn.q.weight 12x12",
            "pooler.query_tokens 1x1x12",
        ], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Build_SameGenerator_SameWeightsOfTheStatedSizes()
    {
        using var scope = NewDisposeScope();
        using var first = new Generator(7);
        using var second = new Generator(7);
        var config = new AttentiveProbeConfig { Width = 64, Classes = 10, Heads = 4, Blocks = 3 };
        using var a = config.Build(first);
        using var b = config.Build(second);
        foreach (var (left, right) in a.parameters().Zip(b.parameters())) Assert.True(left.equal(right).all().item<bool>());
        var weights = a.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.std(unbiased: false).item<float>());
        Assert.Equal(0.02, weights["pooler.cross_attention_block.xattn.kv.weight"], 3);
        Assert.Equal(0.02 / Math.Sqrt(2), weights["pooler.blocks.0.attn.proj.weight"], 3);
        Assert.Equal(0.02 / Math.Sqrt(4), weights["pooler.blocks.1.mlp.fc2.weight"], 3);
        Assert.Equal(0.02 / Math.Sqrt(4), weights["pooler.cross_attention_block.mlp.fc2.weight"], 3);
    }

    [Fact]
    public void Build_HeadsNotDividingTheWidth_Throws()
    {
        using var generator = new Generator(1);
        Assert.Throws<ArgumentException>(() => (Config(1) with { Heads = 5 }).Build(generator));
    }

    private static AttentiveProbeConfig Config(int blocks) => new() { Width = Width, Classes = Classes, Heads = Heads, Blocks = blocks };

    // Weights far from their small initial size, so that every part matters in the comparison.
    private static AttentiveProbe Scrambled(int blocks, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var probe = Config(blocks).Build(generator);
        using (no_grad())
        {
            foreach (var parameter in probe.parameters()) parameter.add_(randn(parameter.shape, generator: generator), alpha: 0.4);
        }
        return probe;
    }

    private static Tensor Tokens(int batch, int count)
    {
        using var generator = new Generator(99);
        return (randn([batch, count, Width], generator: generator) * 2) + 0.5;
    }

    private static double LargestDifference(PlainAttention plain, Tensor tokens, Tensor logits)
    {
        var expected = Clips(tokens).SelectMany(plain.Logits).ToArray();
        var actual = logits.detach().reshape(-1).data<float>().ToArray();
        return expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max() / expected.Max(Math.Abs);
    }
    private static IEnumerable<double[][]> Clips(Tensor tokens) =>
        tokens.data<float>().Select(value => (double)value).Chunk(Width).Chunk((int)tokens.size(1));
}
