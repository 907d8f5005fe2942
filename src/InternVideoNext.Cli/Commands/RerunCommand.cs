using System.CommandLine;
using InternVideoNext.Ablations;
using InternVideoNext.Cli.Ablate;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Foundation;
using TorchSharp;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext rerun</c>: a reported run again, and how it compares.</summary>
internal static class RerunCommand
{
    private static readonly Argument<FileInfo> Results = new("RESULT.json")
    { Description = "The results.json of an ablation, or the result.json of one run." };
    private static readonly Option<string?> Row = new("--row") { Description = "The row's id, where the file has several." };
    private static readonly Option<ulong?> Seed = new("--seed") { Description = "The seed, where the file has several of the row." };
    private static readonly Option<string?> Data = new("--data")
    { Description = "The manifest, where the run was not on the embedded world." };
    private static readonly Option<DirectoryInfo> Out = new("--out")
    {
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("runs", "rerun")),
        Description = "Where the run is made; an interrupted one there goes on."
    };

    public static Command Create()
    {
        var command = new Command("rerun",
            """
            Make a reported run again from its results file and compare: identical bit for bit, within noise, or different, and in what.

            Examples:
              ./ivnext rerun runs/ablation/results.json --row align
              ./ivnext rerun runs/ablation/results.json --row stage2 --seed 3 --out runs/again

            Exit codes: 0 identical or within noise, 1 different.
            """)
        { Results, Row, Seed, Data, Out };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ProcessPlan.RequireAlone("rerun", Environment.GetEnvironmentVariable);
        var file = parsed.GetValue(Results)!;
        if (!file.Exists) throw new ConfigurationException($"{file}: no such file; give the results.json that ./ivnext ablate wrote");
        var all = AblationResults.Load(file.FullName).Results;
        var reported = Choose(file, all, parsed.GetValue(Row), parsed.GetValue(Seed));
        // The number of threads changes the order of sums, and so the last bits.
        new ConfigCheck(file.FullName).InRange("hardware.threads", reported.Hardware.Threads, 1, ConfigLimits.Threads).ThrowIfAny();
        torch.set_num_threads(reported.Hardware.Threads);
        var folder = parsed.GetValue(Out)!.FullName;
        var request = new AblationRequest
        {
            Settings = reported.Settings,
            Rows = [reported.Row],
            Seeds = [reported.Seed],
            Manifest = parsed.GetValue(Data) is { } manifest ? Path.GetFullPath(manifest) : null,
        };
        var plan = await request.PlanAsync(folder, cancellation).ConfigureAwait(false);
        using var held = AblationLock.Take(folder);
        AblationResult? again = null;
        foreach (var run in plan.Runs)
        {
            var display = new RunDisplay(run);
            again = await new AblationRunner(plan, folder).RunAsync(run, display, cancellation).ConfigureAwait(false);
        }
        var comparison = RerunComparison.Of(
            reported, again!,
            [.. all.Where(r => r.Row == reported.Row && r.Seed != reported.Seed && r.Settings.Preset == reported.Settings.Preset)]);
        Console.WriteLine($"{reported.Row}, seed {reported.Seed}: {Words(comparison.Verdict)}");
        foreach (var line in comparison.Lines) Console.WriteLine($"  {line}");
        return comparison.Verdict == RerunVerdict.Different ? ExitCode.Failed : ExitCode.Done;
    }

    private static AblationResult Choose(FileInfo file, IReadOnlyList<AblationResult> all, string? row, ulong? seed)
    {
        var matching = all.Where(r => (row is null || r.Row == row) && (seed is null || r.Seed == seed)).ToList();
        if (matching.Count == 0)
            throw new ConfigurationException(
                $"{file}: no result of row '{row}'{(seed is null ? "" : $", seed {seed}")}; it has "
                + $"{string.Join(", ", all.Select(r => $"{r.Row} (seed {r.Seed})"))}");
        if (row is null && matching.Select(r => r.Row).Distinct().Count() > 1)
            throw new ConfigurationException(
                $"{file} has several rows; name one with --row: {string.Join(", ", matching.Select(r => r.Row).Distinct())}");
        return matching[0];
    }

    private static string Words(RerunVerdict verdict) => verdict switch
    {
        RerunVerdict.Identical => "identical",
        RerunVerdict.WithinNoise => "within noise",
        _ => "different",
    };

    private sealed class RunDisplay(AblationRun run) : IProgress<AblationProgress>
    {
        private readonly TrainingDisplay _training = new(run.Row.Id);

        public void Report(AblationProgress value)
        {
            if (value.Training is { } training) _training.Report(training);
            else Console.WriteLine($"{run.Row.Id}: {value.Phase}");
        }
    }
}
