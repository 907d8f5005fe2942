using InternVideoNext.Recipes;
using InternVideoNext.Training;
using TorchSharp;
using TorchSharp.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

public sealed class FlatAdamWTests(ITestOutputHelper console)
{
    private static readonly TrainingConfig Config = TinyRun.Training(1) with { ClipNorm = 5, WeightDecay = 0.05 };

    [Fact]
    public void Step_SixSteps_EqualsTorchsAdamWWithClipping()
    {
        using var scope = NewDisposeScope();
        using var ours = Module();
        using var theirs = Module();
        var decayed = theirs.named_parameters().Where(p => p.name.EndsWith("weight", StringComparison.Ordinal)).Select(p => p.parameter);
        var undecayed = theirs.named_parameters().Where(p => p.name.EndsWith("bias", StringComparison.Ordinal)).Select(p => p.parameter);
        using var reference = optim.AdamW([Group(decayed, Config.WeightDecay), Group(undecayed, 0)]);
        using var optimizer = new FlatAdamW(ours, Config);
        var norms = new List<double>();
        for (var step = 0; step < 6; step++)
        {
            var (input, rate) = (Input(step), 1e-2 / (step + 1));
            optimizer.ZeroGradients();
            var loss = Loss(ours, input);
            loss.backward();
            norms.Add(optimizer.Step(rate, loss).item<float>());

            reference.zero_grad();
            Loss(theirs, input).backward();
            Assert.Equal(nn.utils.clip_grad_norm_(theirs.parameters(), Config.ClipNorm), norms[^1], 1e-4);
            foreach (var group in reference.ParamGroups) group.LearningRate = rate;
            reference.step();
        }
        var difference = LargestDifference(ours, theirs);
        console.WriteLine($"norms {string.Join(", ", norms.Select(n => n.ToString("g4")))}; largest difference {difference:g3}");
        Assert.Contains(norms, n => n > Config.ClipNorm); // clipped,
        Assert.Contains(norms, n => n < Config.ClipNorm); // and not clipped
        Assert.InRange(difference, 0, 1e-6);
        Assert.Equal(6, optimizer.Updates.item<float>());
    }

    [Fact]
    public void Step_Bfloat16_SmallStepsGatherInTheMasters()
    {
        using var scope = NewDisposeScope();
        using var module = Module();
        using (no_grad())
            foreach (var parameter in module.parameters()) parameter.fill_(1);
        module.to(ScalarType.BFloat16);
        using var optimizer = new FlatAdamW(module, Config with { WeightDecay = 0 });
        var group = optimizer.Parameters.Groups[0];
        Assert.Equal(ScalarType.Float32, group.Master.dtype);
        Assert.Equal(ScalarType.Float32, group.FirstMoment.dtype);

        // One step of 1e-3 is less than half of what separates 1 from the bfloat16 below it (1/256): alone, it rounds away.
        Step();
        Assert.Equal(1, Weight());
        Assert.Equal(1 - 1e-3, Master(), 1e-6);
        for (var i = 0; i < 7; i++) Step();
        Assert.Equal(1 - 8e-3, Master(), 1e-5);
        Assert.Equal(1 - (2.0 / 256), Weight());

        void Step()
        {
            group.Gradient.fill_(1);
            optimizer.Step(1e-3, tensor(0f)).Dispose();
        }

        double Master() => group.Master[0].item<float>();
        double Weight() => module.parameters().First()[0, 0].to(float32).item<float>();
    }

    [Fact]
    public void TakeBatch_Bfloat16_SumsBatchesInFloat32()
    {
        using var scope = NewDisposeScope();
        using var module = Module();
        module.to(ScalarType.BFloat16);
        using var optimizer = new FlatAdamW(module, Config);
        optimizer.ZeroGradients();
        foreach (var value in (float[])[256, 1, 1]) // bfloat16 knows no 257
        {
            foreach (var parameter in module.parameters()) parameter.grad!.add_(value);
            optimizer.TakeBatch();
        }
        var sums = optimizer.Parameters.Groups.SelectMany(g => g.Views(g.Gradient));
        Assert.All(sums, sum => Assert.True(sum.View.eq(258).all().item<bool>(), sum.Name));
        optimizer.ZeroGradients();
        Assert.All(module.parameters(), p => Assert.True(p.grad!.eq(0).all().item<bool>()));
    }

    [Theory]
    [InlineData(float.NaN, 0f)]
    [InlineData(float.PositiveInfinity, 0f)]
    [InlineData(1f, float.NaN)]
    [InlineData(1f, float.NegativeInfinity)]
    public void Step_NotFinite_ChangesNothingAndIsCounted(float gradient, float loss)
    {
        using var scope = NewDisposeScope();
        using var module = Module();
        using var optimizer = new FlatAdamW(module, Config);
        Step(0.5f, 0);
        var before = State();
        Step(gradient, loss);
        Assert.All(State().Zip(before), pair => Assert.True(pair.First.Equals(pair.Second)));
        Assert.Equal((1, 1), (optimizer.Updates.item<float>(), optimizer.ReadSkipped()));
        Step(0.5f, 0);
        Assert.Equal((2, 1), (optimizer.Updates.item<float>(), optimizer.ReadSkipped()));
        Assert.All(State().Zip(before), pair => Assert.False(pair.First.Equals(pair.Second)));

        void Step(float value, float total)
        {
            optimizer.ZeroGradients();
            foreach (var group in optimizer.Parameters.Groups) group.Gradient.fill_(0.5);
            optimizer.Parameters.Groups[^1].Gradient[0] = value;
            optimizer.Step(1e-2, tensor(total)).Dispose();
        }

        Tensor[] State() =>
            [.. optimizer.Parameters.Groups.SelectMany(g => new[] { g.Master, g.FirstMoment, g.SecondMoment }).Select(t => t.clone())];
    }

    [Fact]
    public void Constructor_Parameters_AreViewsWhoseGradientsStayInPlace()
    {
        using var scope = NewDisposeScope();
        using var module = Module();
        var before = module.parameters().Select(p => p.detach().clone()).ToList();
        using var optimizer = new FlatAdamW(module, Config);
        Assert.All(module.parameters().Zip(before), pair => Assert.True(pair.First.Equals(pair.Second)));
        for (var i = 0; i < 2; i++) Loss(module, Input(0)).backward(); // accumulates
        var flat = optimizer.Parameters.Groups.SelectMany(g => g.Views(g.Gradient)).ToDictionary(v => v.Name, v => v.View);
        foreach (var (name, parameter) in module.named_parameters())
        {
            Assert.True(parameter.grad!.Equals(flat[name]), name);
            Assert.True(parameter.grad.abs().sum().item<float>() > 0, name);
            flat[name].fill_(7); // the same memory
            Assert.Equal(7, parameter.grad.view(-1)[0].item<float>());
        }
    }

    [Fact]
    public void Constructor_FrozenParameters_AreLeftOut()
    {
        using var scope = NewDisposeScope();
        using var module = Module();
        module.parameters().First().requires_grad = false;
        using var optimizer = new FlatAdamW(module, Config);
        var names = optimizer.Parameters.Groups.SelectMany(g => g.Views(g.Master)).Select(v => v.Name).ToList();
        Assert.DoesNotContain(module.named_parameters().First().name, names);
        Assert.Equal(3, names.Count);
        foreach (var parameter in module.parameters()) parameter.requires_grad = false;
        Assert.Throws<ArgumentException>(() => new FlatAdamW(module, Config));
    }

    private static Sequential Module()
    {
        var module = nn.Sequential(nn.Linear(5, 7), nn.GELU(), nn.Linear(7, 3));
        using var generator = new Generator(2);
        using var noGrad = no_grad();
        foreach (var parameter in module.parameters()) parameter.normal_(0, 0.5, generator);
        return module;
    }

    private static Tensor Input(int step)
    {
        using var generator = new Generator((ulong)step);
        return randn([9, 5], generator: generator);
    }

    private static Tensor Loss(Sequential module, Tensor input) => module.call(input).square().sum() * 0.2;

    private static AdamW.ParamGroup Group(IEnumerable<Parameter> parameters, double decay) =>
        new(parameters,
            new AdamW.Options
            {
                LearningRate = 1e-2,
                beta1 = Config.Beta1,
                beta2 = Config.Beta2,
                eps = Config.Epsilon,
                weight_decay = decay
            });

    private static double LargestDifference(nn.Module a, nn.Module b) =>
        a.parameters().Zip(b.parameters()).Max(pair => (pair.First - pair.Second).abs().max().item<float>());
}
