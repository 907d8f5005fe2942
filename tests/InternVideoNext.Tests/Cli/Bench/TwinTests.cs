using System.Text.Json;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Benchmarks;
using InternVideoNext.Tests.Training;
using Xunit.Abstractions;

namespace InternVideoNext.Tests.Cli.Bench;

/// <summary>
/// The PyTorch twin against this package. Where no Python has PyTorch, what the twin is given is checked instead: every kind
/// of a value that it reads.
/// </summary>
[Collection(WholeProcessGroup.Name)] // training.threads sets the number of the process
public sealed class TwinTests(ITestOutputHelper console)
{
    private static readonly string Script = Path.Combine(Repository.Root, "bench", "twin.py");

    public static TheoryData<int, string[]> Steps => new()
    {
        { 1, [] },
        { 2, [] },
        {
            1,
            ["model.predictor={\"kind\":\"modern_bert\",\"width\":32,\"heads\":2,"
                + "\"intermediate\":48,\"layer_ids\":[0,1,2],\"local_attention\":4}"]
        },
        { 1, ["model.decoder={\"kind\":\"linear_pixel\"}", "masking.kind=tube", "model.encoder.drop_path=0.1"] },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Twin_Step_HasOurParametersAndOurParts(int stage, string[] assignments)
    {
        using var folder = new TemporaryRun();
        Directory.CreateDirectory(folder.Run.Root);
        var ours = Measure(stage, assignments);
        var (mine, its) = (Path.Combine(folder.Run.Root, "ours.json"), Path.Combine(folder.Run.Root, "twin.json"));
        ours.Save(mine);
        if (TwinPython.Found?.Python is not { } python)
        {
            console.WriteLine("no Python here has PyTorch: only the twin's input is checked");
            CheckInput(mine, stage);
            return;
        }
        var twin = await BenchProcess.TwinAsync(
            python, Script, ["--config", mine, "--steps", "2", "--warm-up", "1"], its, CancellationToken.None);
        Assert.Equal(ours.Parameters, twin.Parameters);
        Assert.Equal(ours.Parts.Select(p => p.Part), twin.Parts.Select(p => p.Part));
        Assert.Equal(ours.Arithmetic!.FlopPerClip, twin.Arithmetic!.FlopPerClip);
        Assert.Empty(BenchmarkComparison.Of(ours, twin).Obstacles);
        console.WriteLine($"losses after a few steps: ours {ours.LastLoss}, twin {twin.LastLoss}");
        // Nothing is learned, and random vectors of so few channels have cosines of 0.2. A diffusion loss of so few tokens
        // scatters too much for any bound: a timestep of 0 costs 40 bits.
        if (ours.Config.Model.Decoder is not DiffusionDecoderConfig) Assert.InRange(
            twin.LastLoss!.Value, 0.6 * ours.LastLoss!.Value, 1.6 * ours.LastLoss.Value);
    }

    [TracedTwinTheory]
    [MemberData(nameof(Steps))]
    public async Task TracedTwin_Step_HasOurParameters(int stage, string[] assignments)
    {
        using var folder = new TemporaryRun();
        Directory.CreateDirectory(folder.Run.Root);
        var (mine, trace) = (Path.Combine(folder.Run.Root, "ours.json"), Path.Combine(folder.Run.Root, "twin.pt"));
        var ours = Measure(stage, assignments);
        ours.Save(mine);
        await BenchProcess.TraceAsync(TwinPython.Found!.Value.Python, Script, ["--config", mine], trace, CancellationToken.None);
        var traced = new TracedBenchmark(trace, ours, steps: 2, warmUp: 1, "traced").Run(null, CancellationToken.None);
        Assert.Equal(ours.Parameters, traced.Parameters);
        Assert.Empty(BenchmarkComparison.Of(ours, traced).Obstacles);
    }

    [Theory]
    [InlineData("1.13.1+cpu", true, "PyTorch 1.13.1+cpu is too old for a traced twin, which needs 2.0 or newer")]
    [InlineData("1.13.1", false, null)]
    [InlineData("2.0.0", true, null)]
    [InlineData("2.10.0+cu128", true, null)]
    [InlineData("10.1", true, null)]
    [InlineData("unknown", true, null)]
    public void TwinTorch_TooOld_IsNamed(string version, bool traced, string? expected)
    {
        Assert.Equal(expected, TwinTorch.Obstacle(version, traced));
        if (expected is null) TwinTorch.Require("python3", version, traced);
        else Assert.Contains(expected, Assert.Throws<TwinMissingException>(() => TwinTorch.Require("python3", version, traced)).Message,
            StringComparison.Ordinal);
    }

    private static BenchmarkResult Measure(int stage, string[] assignments)
    {
        var plan = new BenchmarkPlan(
            ConfigJson.Override(
            TinyBench.Config(stage),
            ["training.threads=1", "training.base_learning_rate=1e-9", "training.start_learning_rate=0", "training.final_learning_rate=0",
            .. assignments]))
        { Steps = 2, WarmUp = 1 };
        return new TrainingBenchmark(plan, "ours").Run("", null, CancellationToken.None);
    }

    private static void CheckInput(string path, int stage)
    {
        var config = JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("config");
        Assert.Equal($"stage{stage}", config.GetProperty("stage").GetString());
        if (stage == 1) Assert.True(config.GetProperty("teacher").GetProperty("tower").GetProperty("depth").GetInt32() > 0);
        Assert.Contains(
            $"\"{config.GetProperty("masking").GetProperty("kind").GetString()}\"", File.ReadAllText(Script), StringComparison.Ordinal);
    }
}

/// <summary>A theory that needs a Python whose PyTorch is new enough to trace the twin; skipped, and why, where there is none.</summary>
public sealed class TracedTwinTheoryAttribute : TheoryAttribute
{
    public TracedTwinTheoryAttribute() => Skip = TwinPython.Found is { } found
        ? TwinTorch.Obstacle(found.Torch, traced: true) : "no Python here has PyTorch";
}

/// <summary>The first Python here that has PyTorch, and its version.</summary>
internal static class TwinPython
{
    private static readonly Lazy<(string Python, string Torch)?> First = new(Find);

    public static (string Python, string Torch)? Found => First.Value;

    private static (string Python, string Torch)? Find()
    {
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                return (python, BenchProcess.TorchOfAsync(python, CancellationToken.None).GetAwaiter().GetResult());
            }
            catch (TwinMissingException)
            {
                // The next one, then.
            }
        }
        return null;
    }
}
