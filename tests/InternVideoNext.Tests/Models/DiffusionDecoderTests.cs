using InternVideoNext.Foundation;
using InternVideoNext.Models;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

public sealed class DiffusionDecoderTests(ITestOutputHelper console)
{
    private static readonly ReferenceFile Reference = ReferenceFile.Open("diffusion_decoder");

    [Fact]
    public void Loss_ReferenceWeights_AgreesWithReference()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load();
        var z = Reference["input.condition"].clone().requires_grad_();
        var noisy = decoder.Process.Diffuse(Reference["input.target"], Reference["input.t"], Reference["input.noise"]);
        Check("network", decoder.Network.call(noisy, Reference["input.t"], z), Reference["output.network"], 1e-4);

        var loss = decoder.Loss(Reference["input.target"], z, Reference["input.t"], Reference["input.noise"]);
        Check("mse", loss.Mse, Reference["output.mse"], 1e-5);
        Check("vb", loss.Vb, Reference["output.vb"], 1e-5);
        var (actual, expected) = (loss.Vb.to(float64), Reference["output.vb"].to(float64));
        Check("vb row by row", ((actual - expected) / expected) + 1.0, ones_like(actual), 1e-4);
        var total = loss.Total().mean();
        Check("loss", total.unsqueeze(0), Reference["output.loss"], 1e-5);

        total.backward();
        Assert.NotEqual(0, z.grad!.abs().max().item<float>());
        foreach (var (name, parameter) in decoder.named_parameters())
            Check("grad " + name, parameter.grad!, Reference["grad." + name], 1e-3);
    }

    [Fact]
    public void Sample_GivenNoises_AgreesWithReference()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load();
        var noises = Reference["input.sample_noises"];
        var sample = decoder.Sample(
            Reference["input.condition"], Reference["input.sample_x_T"], j => noises[j], samplingSteps: (int)noises.size(0));
        Check("sample", sample, Reference["output.sample"], 1e-4);
    }

    [Fact]
    public void Names_AndShapes_AreASnapshot()
    {
        using var decoder = new DiffusionDecoderConfig { Width = 8, Depth = 1 }.Build(6, 12, new Generator(1));
        Assert.Equal(
        [
            "net.cond_embed.bias [8]", "net.cond_embed.weight [8, 6]",
            "net.final_layer.adaLN_modulation.1.bias [16]", "net.final_layer.adaLN_modulation.1.weight [16, 8]",
            "net.final_layer.linear.bias [24]", "net.final_layer.linear.weight [24, 8]",
            "net.input_proj.bias [8]", "net.input_proj.weight [8, 12]",
            "net.res_blocks.0.adaLN_modulation.1.bias [24]", "net.res_blocks.0.adaLN_modulation.1.weight [24, 8]",
            "net.res_blocks.0.in_ln.bias [8]", "net.res_blocks.0.in_ln.weight [8]",
            "net.res_blocks.0.mlp.0.bias [8]", "net.res_blocks.0.mlp.0.weight [8, 8]",
            "net.res_blocks.0.mlp.2.bias [8]", "net.res_blocks.0.mlp.2.weight [8, 8]",
            "net.time_embed.mlp.0.bias [8]", "net.time_embed.mlp.0.weight [8, 256]",
            "net.time_embed.mlp.2.bias [8]", "net.time_embed.mlp.2.weight [8, 8]",
        ], ReferenceFile.Describe(decoder));
    }

    [Fact]
    public void Build_Initialisation_FollowsTheMethod()
    {
        using var decoder = new DiffusionDecoderConfig { Width = 96, Depth = 2 }.Build(64, 48, new Generator(1));
        var values = decoder.state_dict();
        foreach (var (name, value) in values)
        {
            var largest = value.abs().max().item<float>();
            if (name.Contains("adaLN", StringComparison.Ordinal) || name.Contains("final_layer", StringComparison.Ordinal)) Assert.Equal(
                0, largest);
            else if (name.EndsWith("in_ln.weight", StringComparison.Ordinal)) Assert.Equal(1, value.min().item<float>());
            else if (name.EndsWith("bias", StringComparison.Ordinal)) Assert.Equal(0, largest);
            else if (name.Contains("time_embed", StringComparison.Ordinal)) Assert.InRange(value.std().item<float>(), 0.019, 0.021);
            else Assert.InRange(largest, 0.97 * Bound(value), 1.0001 * Bound(value));
        }

        static double Bound(Tensor weight) => Math.Sqrt(6.0 / (weight.size(0) + weight.size(1)));
    }

    [Fact]
    public void Build_InsideADisposeScope_OutlivesIt()
    {
        DiffusionDecoder decoder;
        using (NewDisposeScope()) decoder = new DiffusionDecoderConfig { Width = 8, Depth = 1 }.Build(6, 12, new Generator(1));
        using (decoder) Assert.All(decoder.parameters(), parameter => Assert.False(parameter.IsInvalid));
    }

    [Fact]
    public void Build_SeveralErrors_ListsThemAll()
    {
        var message = Assert.Throws<ConfigurationException>(
            () => new DiffusionDecoderConfig { Width = 0, Depth = -1, Steps = 1 }.Build(6, 12, new Generator(1))).Message;
        Assert.All(["width = 0", "depth = -1", "steps = 1"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Build_SameSeed_SameParameters()
    {
        var config = new DiffusionDecoderConfig { Width = 16, Depth = 1 };
        using var first = config.Build(8, 12, new Generator(7));
        using var second = config.Build(8, 12, new Generator(7));
        foreach (var ((_, a), (_, b)) in first.named_parameters().Zip(second.named_parameters())) Assert.True(a.Equals(b));
    }

    [Fact]
    public void TokenLoss_OneBatch_FallsWhenTrained()
    {
        var generator = new Generator(11);
        using var scope = NewDisposeScope();
        using var decoder = new DiffusionDecoderConfig { Width = 32, Depth = 1 }.Build(8, 12, generator);
        var (target, z) = (randn(16, 12, generator: generator), randn(16, 8, generator: generator));
        var optimizer = optim.Adam(decoder.parameters(), 1e-2);
        var losses = new List<float>();
        for (var step = 0; step < 100; step++)
        {
            using var inner = NewDisposeScope();
            var loss = decoder.TokenLoss(target, z, generator).mean();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        var (first, last) = (losses.Take(20).Average(), losses.TakeLast(20).Average());
        console.WriteLine($"{first} -> {last}");
        Assert.True(last < 0.6 * first, $"{first} -> {last}");
    }

    [Fact]
    public void TokenLoss_Training_ReachesEveryParameter()
    {
        var generator = new Generator(12);
        using var decoder = new DiffusionDecoderConfig { Width = 16, Depth = 2 }.Build(8, 12, generator);
        // Zero-initialised layers stop the gradient of what lies behind them at the very first steps.
        using (no_grad())
            foreach (var parameter in decoder.parameters()) parameter.add_(randn(parameter.shape, generator: generator) * 0.05);
        decoder.TokenLoss(randn(9, 12, generator: generator), randn(9, 8, generator: generator), generator).mean().backward();
        foreach (var (name, parameter) in decoder.named_parameters())
            Assert.True(parameter.grad is not null && parameter.grad.abs().sum().item<float>() > 0, name);
    }

    [Fact]
    public void TokenLoss_BFloat16Weights_StaysCloseToFloat32()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load();
        var (target, z, t, noise) = (
            Reference["input.target"], Reference["input.condition"], Reference["input.t"], Reference["input.noise"]);
        var exact = decoder.Loss(target, z, t, noise).Mse;
        decoder.to(bfloat16);
        var rounded = decoder.Loss(target, z.to(bfloat16).requires_grad_(), t, noise).Mse;
        Assert.Equal(float32, rounded.dtype);
        var difference = ReferenceFile.RelativeDifference(rounded, exact);
        console.WriteLine($"bf16 mse: {difference}");
        Assert.InRange(difference, 1e-6, 0.03);
    }

    [Fact]
    public void Reconstruct_SameSeed_SamePixels()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load();
        var z = Reference["input.condition"];
        var first = decoder.Reconstruct(z, new Generator(1), 10, 0.95);
        Assert.Equal([24, 12], first.shape);
        Assert.False(first.requires_grad);
        Assert.True(first.Equals(decoder.Reconstruct(z, new Generator(1), 10, 0.95)));
        Assert.False(first.Equals(decoder.Reconstruct(z, new Generator(2), 10, 0.95)));
    }

    [Fact]
    public void TokenLossAndReconstruct_Repeated_KeepNoTensors()
    {
        var generator = new Generator(1);
        using var decoder = new DiffusionDecoderConfig { Width = 16, Depth = 1 }.Build(8, 12, generator);
        using var target = randn(9, 12, generator: generator);
        using var z = randn(9, 8, generator: generator);
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using var loss = decoder.TokenLoss(target, z, generator);
            using var pixels = decoder.Reconstruct(z, generator, 3, 1.0);
        }
    }

    private static DiffusionDecoder Load()
    {
        var config = new DiffusionDecoderConfig
        {
            Width = Reference.Size("width"),
            Depth = Reference.Size("depth"),
            Steps = Reference.Size("steps"),
        };
        var decoder = config.Build(Reference.Size("z_channels"), Reference.Size("target_channels"), new Generator(0));
        Reference.LoadInto(decoder, "weights.");
        return decoder;
    }

    private void Check(string what, Tensor actual, Tensor expected, double tolerance)
    {
        var difference = ReferenceFile.RelativeDifference(actual, expected);
        console.WriteLine($"{what}: {difference:g3}");
        Assert.True(difference <= tolerance, $"{what} differs by {difference:g3}, more than {tolerance:g1}.");
    }
}
