using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Ablations;

public sealed class AblationRunnerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ivnext-ablation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunAsync_StoppedAndCalledAgain_GivesTheSameResults()
    {
        var plan = Plan("stage2");
        var whole = await RunAll(plan, Path.Combine(_folder, "whole"));
        var parts = Path.Combine(_folder, "parts");
        foreach (var batches in new[] { 3, 7 })
        {
            using var stop = new CancellationTokenSource();
            var stopping = AblationPlan.Make(Settings, new StoppingData(Data, batches, stop), [AblationRows.Find("stage2")], [1]);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                foreach (var run in stopping.Runs) await new AblationRunner(stopping, parts).RunAsync(run, progress: null, stop.Token);
            });
        }
        var resumed = await RunAll(plan, parts);
        foreach (var run in plan.Runs) RunAssert.Equal(
            new RunFolder(new AblationRunner(plan, Path.Combine(_folder, "whole")).FolderOf(run)),
            new RunFolder(new AblationRunner(plan, parts).FolderOf(run)));
        Assert.Equal(whole.Select(r => r.ModelSha256), resumed.Select(r => r.ModelSha256));
        Assert.Equal(whole.SelectMany(r => r.Probes).Select(p => p.Correct), resumed.SelectMany(r => r.Probes).Select(p => p.Correct));
        Assert.Equal(whole.Select(r => r.Place), resumed.Select(r => r.Place));
    }

    [Fact]
    public async Task RunAsync_FinishedRun_IsReusedAndNotTouched()
    {
        var plan = Plan("align");
        var first = await RunAll(plan, _folder);
        var again = await new AblationRunner(plan, _folder).RunAsync(plan.Runs[0], new Unwanted(), CancellationToken.None);
        Assert.Equal(first[0].Finished, again.Finished);
    }

    [Fact]
    public async Task RunAsync_EveryBoundAndTheSupervisedRow_IsMeasured()
    {
        var plan = Plan("random-encoder", "raw-pixels", "teacher-frames", "supervised");
        var results = await RunAll(plan, _folder);
        string[][] readouts = [Synthetic, ["mini", "mini-frames"], ["mini", "mini-frames"], Encoder];
        Assert.All(readouts.Zip(results), pair => AssertMeasured(pair.First, pair.Second));
        Assert.All(results, r => Assert.All(r.Probes, p => Assert.Equal(48, p.Result.TestUsed)));
        // The teacher knows shapes and backdrops: chance is 6.25 %.
        Assert.True(results[2].Probe("appearance", "mini")!.Result.Top1 > 0.3);
        Assert.Equal([0L, 0, 0], results.Take(3).Select(r => r.TrainingClips));
        Assert.NotNull(results[3].ModelSha256);
    }

    [Fact]
    public async Task RunAsync_RowsThatShareAFrozenTeacher_AskItOnceAndGiveTheSameModels()
    {
        string[] rows = ["align", "align-linear", "stage2", "fresh-predictor", "ema-0.99"];
        var plan = Plan(rows);
        var shared = await RunAll(plan, Path.Combine(_folder, "shared"));
        var kept = Directory.GetFiles(Path.Combine(_folder, "shared", "teacher-outputs"));
        var alone = new List<AblationResult>();
        foreach (var row in rows) alone.AddRange(await RunAll(Plan(row), Path.Combine(_folder, "alone")));
        var expected = alone.DistinctBy(r => r.Row).ToDictionary(r => r.Row, r => r.ModelSha256);
        Assert.All(shared, r => Assert.Equal(expected[r.Row], r.ModelSha256));
        // The image teacher's three rows have as many steps, and see the same batches; so have the frozen video teacher's two. A
        // moving one's outputs are nobody else's.
        int Steps(string row) => plan.Runs.Single(r => r.Row.Id == row).Config!.Training.Steps;
        Assert.Equal(Steps("align") + Steps("stage2"), kept.Length);
        new AblationRunner(plan, Path.Combine(_folder, "shared")).DeleteTeacherOutputs();
        Assert.False(Directory.Exists(Path.Combine(_folder, "shared", "teacher-outputs")));
    }

    [Fact]
    public async Task Finished_DamagedResult_NamesTheFile()
    {
        var plan = Plan("align");
        var runner = new AblationRunner(plan, _folder);
        await RunAll(plan, _folder);
        var file = Path.Combine(runner.FolderOf(plan.Runs[0]), "result.json");
        await File.WriteAllTextAsync(file, "{ \"row\": ");
        Assert.Contains(file, Assert.Throws<ConfigurationException>(() => runner.Finished(plan.Runs[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_ResultsOfARun_ComeBackEqualWithNoMachinesPath()
    {
        var results = new AblationResults(await RunAll(Plan("stage2"), _folder));
        results.Save(_folder);
        var file = Path.Combine(_folder, "results.json");
        var text = await File.ReadAllTextAsync(file);
        Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
        Assert.Equal(text.Trim(), System.Text.Json.JsonSerializer.Serialize(AblationResults.Load(file), SnakeCaseJson.Indented));
        var lines = (await File.ReadAllLinesAsync(Path.Combine(_folder, "results.csv"))).Select(line => line.Split(',')).ToList();
        int[] keys = [.. new[] { "row", "label", "readout" }.Select(name => Array.IndexOf(lines[0], name))];
        Assert.DoesNotContain(-1, keys);
        // two runs of two labels by six readouts
        Assert.Equal(24, lines.Skip(1).Select(line => string.Join(' ', keys.Select(key => line[key]))).Distinct().Count());
        Assert.Equal(1 + 24, lines.Count);
        Assert.Equal(24, results.ToDataFrame().Rows.Count);
    }

    [Fact]
    public void Make_RowsAndSeeds_AddsStartsOnceBeforeWhatNeedsThem()
    {
        var plan = AblationPlan.Make(
            Settings, Data, [AblationRows.Find("stage2"), AblationRows.Find("ema-0.99"), AblationRows.Find("text-predictor")], [1, 2]);
        Assert.Equal(["align-diffusion", "stage2", "ema-0.99", "align-diffusion", "stage2", "ema-0.99"], plan.Runs.Select(r => r.Row.Id));
        Assert.Equal("text-predictor", Assert.Single(plan.LeftOut).Row.Id);
        Assert.Equal(plan.Runs[0].Name, ((Stage2Config)plan.Runs[1].Config!).Start);
        Assert.Equal(plan.Runs.Count, plan.Runs.Select(r => r.Hash).Distinct().Count());
    }

    [Fact]
    public void Hash_WhatChangesNoNumber_LeavesItAlone()
    {
        var (one, longer) = (
            Plan("align").Runs[0], AblationPlan.Make(Settings with { Length = 0.05 }, Data, [AblationRows.Find("align")], [1]).Runs[0]);
        Assert.Equal(one.Hash, Plan("align").Runs[0].Hash);
        Assert.NotEqual(one.Hash, longer.Hash);
        Assert.NotEqual(
            one.Hash, AblationPlan.Make(Settings, new ShapesAblationData(64, 49), [AblationRows.Find("align")], [1]).Runs[0].Hash);
    }

    [Fact]
    public async Task RunAsync_RowWithAPredictorAndRowWithout_CarryTheirReadoutsAndThePlace()
    {
        var results = await RunAll(Plan("align-diffusion", "align", "random-encoder"), _folder);
        Assert.All(results.Zip([Synthetic, Encoder, Synthetic]), pair => AssertMeasured(pair.Second, pair.First));
        Assert.Null(results[1].Place);
        foreach (var place in new[] { results[0].Place!, results[2].Place! })
        {
            // 12 of 16 places are hidden in each of the 48 clips' four frames; the actor is in three quarters of the frames behind them.
            Assert.Equal(1.0 / 12, place.Chance, 12);
            Assert.InRange(place.Frames, 192 / 2, 192);
            Assert.InRange(place.UnseenFrames, 1, place.Frames / 4); // few: an actor shows in four cells or more, mostly
            Assert.Equal(Math.Round(place.Top1 * place.Frames), place.Top1 * place.Frames, 6);
        }
        Assert.Equal(results[0].Place!.UnseenFrames, results[2].Place!.UnseenFrames); // the same clips behind the same masks
        // Back from the file as it was.
        var runner = new AblationRunner(Plan("align-diffusion"), _folder);
        Assert.Equal(results[0].Place, runner.Finished(Plan("align-diffusion").Runs[0])!.Place);
    }

    [Fact]
    public async Task Adopt_ResultsMadeElsewhere_TakesOverWhatNoOtherRunNeeds()
    {
        var made = await RunAll(Plan("align-diffusion", "align"), Path.Combine(_folder, "elsewhere"));
        var plan = Plan("align-diffusion", "align", "stage2");
        var runner = new AblationRunner(plan, Path.Combine(_folder, "here"));
        // Stage 2 is not among them, and starts from the weights of align-diffusion, which no result holds.
        Assert.Equal(1, runner.Adopt(made));
        Assert.Equal(["align"], plan.Runs.Where(run => runner.Finished(run) is not null).Select(run => run.Row.Id));
        Assert.Equal(made[1].ToJson(), runner.Finished(plan.Runs[1])!.ToJson());
        // What is there is not taken over again, nor what was made with another configuration.
        Assert.Equal(0, runner.Adopt(made));
        var longer = AblationPlan.Make(Settings with { Length = 0.05 }, Data, [AblationRows.Find("align")], [1]);
        Assert.Equal(0, new AblationRunner(longer, Path.Combine(_folder, "longer")).Adopt(made));
    }

    private static readonly string[] Encoder = ["mini", "mini-frames", "mini-attentive"];

    private static readonly string[] Synthetic = [.. Encoder, .. Encoder.Select(name => $"predictor/{name}")];

    private static AblationSettings Settings { get; } = new() { Preset = "tiny", Length = 0.04 };

    private static IAblationData Data { get; } = new ShapesAblationData(64, 48);

    private static AblationPlan Plan(params string[] rows) => AblationPlan.Make(Settings, Data, [.. rows.Select(AblationRows.Find)], [1]);

    private static async Task<List<AblationResult>> RunAll(AblationPlan plan, string folder)
    {
        var results = new List<AblationResult>();
        foreach (var run in plan.Runs) results.Add(
            await new AblationRunner(plan, folder).RunAsync(run, progress: null, CancellationToken.None));
        return results;
    }

    private static void AssertMeasured(string[] readouts, AblationResult result) =>
        Assert.Equal(
            readouts.SelectMany(r => new[] { (r, "appearance"), (r, "motion") }), result.Probes.Select(p => (p.Readout, p.Result.Label)));

    private sealed class Unwanted : IProgress<AblationProgress>
    {
        public void Report(AblationProgress value) => Assert.Fail($"a finished run was worked on: {value.Phase}");
    }
}
