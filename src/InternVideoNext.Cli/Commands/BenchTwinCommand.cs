using System.CommandLine;
using System.Globalization;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Cli.Options;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext bench twin</c>: the same step here and in plain PyTorch, by turns, and compared.</summary>
internal static class BenchTwinCommand
{
    private static readonly Option<string> Python = new("--python")
    { DefaultValueFactory = _ => "python3", Description = "A Python with PyTorch." };
    private static readonly Option<int> Rounds = new Option<int>("--rounds")
    { DefaultValueFactory = _ => 3, Description = "Times that both are measured; of each the round of median speed is compared." }
        .InRange(1, 1000);
    private static readonly Option<bool> Traced = new("--traced")
    {
        Description = "Have PyTorch only trace the twin's step, and run the trace on this package's libtorch: the same kernels for "
        + "both, and no Python in what is measured. float32."
    };
    private static readonly Option<string?> Out = new("--out") { Description = "A folder that keeps every round's result." };

    public static Command Create()
    {
        var command = new Command("twin",
            """
            Measure the same training step in this package and in bench/twin.py, its plain PyTorch twin, by turns, each in a process
            of its own, and compare. The twin takes this configuration and tells its number of parameters, which must be the same.

            Examples:
              ./ivnext bench twin --preset mini --stage 1 --batch 32 --threads 2 --python python3
              ./ivnext bench twin --preset mini --stage 1 --batch 32 --threads 2 --traced
              ./ivnext bench twin --preset base --stage 1 --batch 16 --device cuda --out runs/bench
            """);
        foreach (var option in BenchOptions.All.Concat([Python, Rounds, Traced, Out])) command.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (plan, python, rounds) = (BenchOptions.Plan(parsed, profile: false), parsed.GetValue(Python)!, parsed.GetValue(Rounds));
        var traced = parsed.GetValue(Traced);
        if (traced) TracedBenchmark.Require(plan.Config);
        var script = Path.Combine(Checkout.Require("bench twin"), "bench", "twin.py");
        TwinTorch.Require(python, await BenchProcess.TorchOfAsync(python, cancellation).ConfigureAwait(false), traced);
        var kept = parsed.GetValue(Out);
        var folder = kept is null ? Directory.CreateTempSubdirectory("ivnext-twin-") : Directory.CreateDirectory(kept);
        var trace = Path.Combine(folder.FullName, "twin.pt");
        try
        {
            var (ours, twins) = (new List<BenchmarkResult>(), new List<BenchmarkResult>());
            for (var round = 1; round <= rounds; round++)
            {
                var (mine, its) = (ResultOf("ours", round), ResultOf("twin", round));
                ours.Add(await BenchProcess.OursAsync(["bench", "train", .. OursWords(parsed)], mine, cancellation).ConfigureAwait(false));
                if (traced && round == 1) await BenchProcess.TraceAsync(
                    python, script, TwinWords(plan, ours[^1], mine), trace, cancellation).ConfigureAwait(false);
                twins.Add(traced
                    ? await BenchProcess.OursAsync(
                        ["bench", "traced", trace, "--config", mine, "--steps", Text(plan.Steps), "--warm-up",
                        Text(ours[^1].Throughput.WarmUp)], its, cancellation).ConfigureAwait(false)
                    : await BenchProcess.TwinAsync(python, script, TwinWords(plan, ours[^1], mine), its, cancellation)
                        .ConfigureAwait(false));
                await parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"round {round}: ours {Speed(ours[^1]):0.0} clips/s, twin {Speed(twins[^1]):0.0} clips/s")).ConfigureAwait(false);
            }
            BenchDisplay.Write(BenchmarkComparison.Of(Median(ours), Median(twins)), "ours", "twin", parsed.InvocationConfiguration.Output);
        }
        finally
        {
            if (kept is null) folder.Delete(recursive: true);
        }
        return ExitCode.Done;

        string ResultOf(string program, int round) =>
            Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{program}-{round}.json"));
    }

    private static double Speed(BenchmarkResult result) => result.Throughput.ClipsPerSecond.Median;

    // Of an even number the slower of the middle two.
    private static BenchmarkResult Median(List<BenchmarkResult> results) => results.OrderBy(Speed).ElementAt((results.Count - 1) / 2);

    private static List<string> OursWords(ParseResult parsed)
    {
        List<string> words =
        [
            "--preset", parsed.GetValue(BenchOptions.Preset)!, "--stage", Text(parsed.GetValue(BenchOptions.Stage)), "--device",
                parsed.GetValue(BenchOptions.Device)!,
            "--threads", Text(parsed.GetValue(BenchOptions.Threads)), "--steps", Text(parsed.GetValue(BenchOptions.Steps)), "--warm-up",
                Text(parsed.GetValue(BenchOptions.WarmUp)),
            "--warm-up-seconds", parsed.GetValue(BenchOptions.WarmUpSeconds).ToString(CultureInfo.InvariantCulture),
        ];
        if (parsed.GetValue(BenchOptions.Batch) is { } batch) words.AddRange(["--batch", Text(batch)]);
        foreach (var assignment in parsed.GetValue(BenchOptions.Set) ?? []) words.AddRange(["--set", assignment]);
        if (parsed.GetValue(BenchOptions.WithoutTeacher)) words.Add("--without-teacher");
        return words;
    }

    // It takes the configuration, and what the arithmetic comes to, from our result, and does as many steps before as we did.
    private static List<string> TwinWords(BenchmarkPlan plan, BenchmarkResult ours, string file) =>
        ["--config", file, "--steps", Text(plan.Steps), "--warm-up", Text(ours.Throughput.WarmUp),
            .. plan.WithoutTeacher ? ["--without-teacher"] : Array.Empty<string>()];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
