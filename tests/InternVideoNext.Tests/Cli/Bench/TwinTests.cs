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
        var plan = new BenchmarkPlan(
            ConfigJson.Override(
            TinyBench.Config(stage),
            ["training.threads=1", "training.base_learning_rate=1e-9", "training.start_learning_rate=0", "training.final_learning_rate=0",
            .. assignments]))
        { Steps = 2, WarmUp = 1 };
        var ours = new TrainingBenchmark(plan, "ours").Run("", null, CancellationToken.None);
        var (mine, its) = (Path.Combine(folder.Run.Root, "ours.json"), Path.Combine(folder.Run.Root, "twin.json"));
        ours.Save(mine);
        if (await PythonAsync() is not { } python)
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
        var trace = Path.Combine(folder.Run.Root, "twin.pt");
        await BenchProcess.TraceAsync(python, Script, ["--config", mine], trace, CancellationToken.None);
        var traced = new TracedBenchmark(trace, ours, steps: 2, warmUp: 1, "traced").Run(null, CancellationToken.None);
        Assert.Equal(ours.Parameters, traced.Parameters);
        Assert.Empty(BenchmarkComparison.Of(ours, traced).Obstacles);
        console.WriteLine($"losses after a few steps: ours {ours.LastLoss}, twin {twin.LastLoss}");
        // Nothing is learned, and random vectors of so few channels have cosines of 0.2. A diffusion loss of so few tokens
        // scatters too much for any bound: a timestep of 0 costs 40 bits.
        if (plan.Config.Model.Decoder is not DiffusionDecoderConfig) Assert.InRange(
            twin.LastLoss!.Value, 0.6 * ours.LastLoss!.Value, 1.6 * ours.LastLoss.Value);
    }

    private static void CheckInput(string path, int stage)
    {
        var config = JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("config");
        Assert.Equal($"stage{stage}", config.GetProperty("stage").GetString());
        if (stage == 1) Assert.True(config.GetProperty("teacher").GetProperty("tower").GetProperty("depth").GetInt32() > 0);
        Assert.Contains(
            $"\"{config.GetProperty("masking").GetProperty("kind").GetString()}\"", File.ReadAllText(Script), StringComparison.Ordinal);
    }

    private static async Task<string?> PythonAsync()
    {
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                await BenchProcess.TorchOfAsync(python, CancellationToken.None);
                return python;
            }
            catch (TwinMissingException)
            {
                // The next one, then.
            }
        }
        return null;
    }
}
