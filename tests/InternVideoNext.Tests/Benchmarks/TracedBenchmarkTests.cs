using InternVideoNext.Benchmarks;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Benchmarks;

/// <summary>
/// On a trace of <c>bench/twin.py --trace</c>: Stage 2 of the configuration below, two clips, without its notes of source lines.
/// </summary>
[Collection(WholeProcessGroup.Name)] // training.threads sets the number of the process
public sealed class TracedBenchmarkTests
{
    private static readonly string Trace = Path.Combine(AppContext.BaseDirectory, "Fixtures", "benchmarks", "twin-trace.pt");

    private static readonly RunConfig Config = ConfigJson.Override(TinyBench.Config(2),
        ["training.threads=1", "model.encoder.width=16", "model.encoder.depth=1", "model.encoder.pool_width=16",
            "model.predictor.width=16"]);

    [Fact]
    public void Run_TwinsTrace_HasOurParametersAndIsComparable()
    {
        var ours = new TrainingBenchmark(new BenchmarkPlan(Config) { Steps = 2, WarmUp = 1 }, "ours").Run("", null, CancellationToken.None);
        var traced = new TracedBenchmark(Trace, ours, steps: 2, warmUp: 1, "traced").Run(null, CancellationToken.None);
        Assert.Equal(ours.Parameters, traced.Parameters);
        Assert.Equal(["forward", "backward", "optimiser"], traced.Parts.Select(p => p.Part));
        Assert.All(traced.Parts, p => Assert.True(p.Milliseconds > 0, p.Part));
        Assert.InRange(traced.LastLoss!.Value, 0.6 * ours.LastLoss!.Value, 1.6 * ours.LastLoss.Value);
        var comparison = BenchmarkComparison.Of(ours, traced);
        Assert.Empty(comparison.Obstacles);
        Assert.DoesNotContain(comparison.Remarks, r => r.StartsWith("libtorch", StringComparison.Ordinal));
    }

    [Fact]
    public void Step_Once_IsTorchsClippingAndAdamW()
    {
        using var scope = NewDisposeScope();
        using var step = new TracedStep(Trace, Config, CPU);
        step.Time();
        var actual = step.Weights();

        using var module = jit.load<Tensor, Tensor>(Trace, CPU.type);
        using var generator = new Generator(Config.Training.Seed);
        var clips = randn([2, 3, Config.Data.Frames, Config.Data.Size, Config.Data.Size], generator: generator);
        var expected = module.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var trained = expected.Where(p => p.Value.requires_grad).ToList();
        module.forward(clips).backward();
        var training = Config.Training;
        nn.utils.clip_grad_norm_(trained.Select(p => p.Value), training.ClipNorm);
        var groups = trained.GroupBy(
            p => p.Value.dim() > 1 && !p.Key.EndsWith("cls_token", StringComparison.Ordinal)
            && !p.Key.EndsWith("pos_embed", StringComparison.Ordinal))
            .Select(g =>
                new TorchSharp.Modules.AdamW.ParamGroup(
                g.Select(p => p.Value), lr: TracedStep.LearningRate, beta1: training.Beta1, beta2: training.Beta2, eps: training.Epsilon,
                weight_decay: g.Key ? training.WeightDecay : 0));
        using var optimizer = optim.AdamW(groups, lr: TracedStep.LearningRate);
        var before = expected.ToDictionary(p => p.Key, p => p.Value.detach().clone());
        optimizer.step();

        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, weight) in expected)
        {
            Assert.Equal(weight.requires_grad, !before[name].equal(actual[name]).all().item<bool>());
            Assert.InRange((actual[name] - weight.detach()).abs().max().item<float>(), 0, 1e-7f);
        }
    }

    [Fact]
    public void Run_BFloat16_IsRefused()
    {
        var ours = TinyBench.Run(2) with { Config = ConfigJson.Override(Config, ["training.precision=bfloat16"]) };
        var error = Assert.Throws<ConfigurationException>(
            () => new TracedBenchmark(Trace, ours, steps: 2, warmUp: 1, "traced").Run(null, CancellationToken.None));
        Assert.Contains("bfloat16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_AnotherFile_IsNamed()
    {
        var file = Path.GetTempFileName();
        try
        {
            var error = Assert.Throws<ConfigurationException>(() => new TracedStep(file, Config, CPU));
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            Assert.Throws<FileNotFoundException>(() => new TracedStep(file + ".none", Config, CPU));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
