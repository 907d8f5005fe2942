using System.Globalization;
using System.Security.Cryptography;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli.GpuCheck;

/// <summary>A part of the check.</summary>
/// <param name="Name">Also of its log.</param>
/// <param name="Shows">What it shows where it passes.</param>
/// <param name="RunAsync">Runs it; the answer is what was found, or null where there is nothing to be run.</param>
internal sealed record CheckPart(string Name, string Shows, Func<CancellationToken, Task<string?>> RunAsync);

/// <summary>What is checked on a GPU, in order of worth.</summary>
/// <param name="folder">Where everything is written.</param>
/// <param name="plan">How large.</param>
/// <param name="commands">Runs them.</param>
internal sealed class CheckParts(string folder, CheckPlan plan, CheckCommands commands)
{
    // The killed run is killed once, some checkpoints in.
    private const int Steps = 40, CheckpointEvery = 4, KilledAfter = 10;
    private const string Reference = "tests/InternVideoNext.Tests/Fixtures/reference";

    private string Manifest => Path.Combine(folder, "videos", ShapesRenderer.ManifestName);

    public IReadOnlyList<CheckPart> All =>
    [
        new("doctor", "libtorch, its kernels, random draws and one training step work here", DoctorAsync),
        new("parity", "every block, loss, gradient and optimiser step agrees with the reference numbers, in float32", ParityAsync),
        .. ((string[])["float32", "bfloat16"]).Select(precision => new CheckPart(
            $"resume-{precision}", "a run that is killed and resumed equals one that is left alone, to the bit",
            cancellation => ResumeAsync(precision, cancellation))),
        .. plan.Rows.Select(row => new CheckPart(
            $"bench-{row.Name}", "clips/s, memory, and beside them plain PyTorch's where it is here",
            cancellation => BenchAsync(row, cancellation))),
        new("from-files", "steps from video files, decoding included", FromFilesAsync),
        new("fp8-teacher", "the image teacher in fp8", _ => Task.FromResult<string?>(null)),
    ];

    private async Task<string?> DoctorAsync(CancellationToken cancellation)
    {
        await commands.RunAsync("doctor", ["doctor"], cancellation).ConfigureAwait(false);
        return "all well";
    }

    private async Task<string?> ParityAsync(CancellationToken cancellation)
    {
        var fixtures = Path.Combine(Checkout.Require("gpu-check"), Reference);
        await commands.RunAsync(
            "parity", ["parity", fixtures, "--device", plan.Device, "--json", Path.Combine(folder, "parity.json")], cancellation)
            .ConfigureAwait(false);
        return "all quantities agree";
    }

    private async Task<string?> ResumeAsync(string precision, CancellationToken cancellation)
    {
        await RenderAsync(cancellation).ConfigureAwait(false);
        var name = $"resume-{precision}";
        var (whole, killed) = (new RunFolder(Path.Combine(folder, name, "whole")), new RunFolder(Path.Combine(folder, name, "killed")));
        string[] words =
        [
            "train", "stage1", "--data", Manifest, "--preset", "tiny", "--device", plan.Device, "--set",
            $"training.precision={precision}", $"training.steps={Steps}", "training.batch_size=4", "training.warmup_steps=3",
            $"training.checkpoint_every={CheckpointEvery}", "training.log_every=1", "training.deterministic=true", "training.threads=1",
            "--resume", "--out",
        ];
        await commands.RunAsync(name, [.. words, whole.Root], cancellation).ConfigureAwait(false);
        if (!await commands.RunAsync(name, [.. words, killed.Root], () => LinesOf(killed) >= KilledAfter, cancellation)
            .ConfigureAwait(false)) throw new CheckFailedException("the run ended before it could be killed");
        var stood = killed.CheckpointFolders() is [var newest, ..] ? RunFolder.StepOf(newest) : 0;
        await commands.RunAsync(name, [.. words, killed.Root], cancellation).ConfigureAwait(false);
        var differing = Directory.EnumerateFiles(whole.CheckpointFolders()[0], "*.safetensors").Select(Path.GetFileName)
            .Where(file => !Same(Path.Combine(whole.CheckpointFolders()[0], file!), Path.Combine(killed.CheckpointFolders()[0], file!)))
            .ToList();
        return differing.Count == 0 ? $"killed after step {KilledAfter}, resumed from step {stood}, equal to the bit after {Steps}"
            : throw new CheckFailedException($"after {Steps} steps {string.Join(" and ", differing)} differ");
    }

    private async Task<string?> BenchAsync(CheckRow row, CancellationToken cancellation)
    {
        var name = $"bench-{row.Name}";
        string[] options = [.. row.Options, .. plan.Measuring, "--device", plan.Device];
        if (row.HasTwin && await HasTorchAsync(cancellation).ConfigureAwait(false))
        {
            var rounds = Path.Combine(folder, name);
            await commands.RunAsync(name, ["bench", "twin", .. options, "--rounds", "1", "--out", rounds], cancellation)
                .ConfigureAwait(false);
            return string.Join("; ", Directory.EnumerateFiles(rounds, "*.json").Order(StringComparer.Ordinal)
                .Select(file => $"{Path.GetFileNameWithoutExtension(file)}: {Describe(BenchmarkResult.Load(file))}"));
        }
        var json = Path.Combine(folder, $"{name}.json");
        await commands.RunAsync(name, ["bench", "train", .. options, "--json", json], cancellation).ConfigureAwait(false);
        return Describe(BenchmarkResult.Load(json));
    }

    private async Task<string?> FromFilesAsync(CancellationToken cancellation)
    {
        await RenderAsync(cancellation).ConfigureAwait(false);
        var run = new RunFolder(Path.Combine(folder, "from-files"));
        await commands.RunAsync(
            "from-files", ["train", "stage1", "--data", Manifest, "--device", plan.Device, "--out", run.Root, .. plan.FromFiles],
            cancellation).ConfigureAwait(false);
        var metrics = MetricsFile.Read(run.MetricsFile);
        var later = metrics.Skip(metrics.Count / 2).ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"{metrics.Count} steps, {later.Average(m => m.ClipsPerSecond):0.0} clips/s in the second half, "
                + $"{later.Sum(m => m.DataWaitSeconds):0.0} s of them waiting for data, {metrics[^1].MemoryMegabytes:0} MiB");
    }

    private async Task RenderAsync(CancellationToken cancellation)
    {
        if (File.Exists(Manifest)) return;
        await commands.RunAsync(
            "videos",
            [
                "data", "render-shapes", "--out", Path.GetDirectoryName(Manifest)!, "--seed", "1",
                "--clips", plan.Videos.ToString(CultureInfo.InvariantCulture), "--size", plan.Side.ToString(CultureInfo.InvariantCulture),
            ],
            cancellation).ConfigureAwait(false);
    }

    private static async Task<bool> HasTorchAsync(CancellationToken cancellation)
    {
        try
        {
            await BenchProcess.TorchOfAsync("python3", cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TwinMissingException)
        {
            return false;
        }
    }

    private static string Describe(BenchmarkResult result) => string.Create(CultureInfo.InvariantCulture,
        $"{result.Throughput.ClipsPerSecond.Median:0.0} clips/s, {result.Throughput.MillisecondsPerStep.Median:0.0} ms a step, "
            + $"{(result.Memory?.PeakMebibytes is { } peak ? $"{peak:0} MiB" : "memory not told")}");

    private static int LinesOf(RunFolder run) => File.Exists(run.MetricsFile) ? MetricsFile.Read(run.MetricsFile).Count : 0;

    private static bool Same(string one, string other) => HashOf(one) == HashOf(other);

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
