using System.CommandLine;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Cli.Options;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext bench train</c>: how fast training steps are, and where their time goes.</summary>
internal static class BenchTrainCommand
{
    private const string TimelineFile = "timeline.json", ResultFile = "benchmark.json";

    private static readonly Option<bool> Profile = new("--profile")
    { Description = $"Also write a timeline of three steps, {TimelineFile}, for ui.perfetto.dev or chrome://tracing." };
    private static readonly Option<string?> Json = new("--json") { Description = "Also write everything to this file." };
    private static readonly Option<string?> Out = new("--out")
    { Description = $"A folder for {ResultFile} and {TimelineFile}; the timeline goes into the current folder where not given." };

    public static Command Create()
    {
        var command = new Command("train",
            """
            Measure the training step as training runs it, on clips of noise that lie on the device: clips a second, where a step's
            time goes, arithmetic over a measured peak, memory, and what issuing the operators costs. Needs no data and no weights.

            Examples:
              ./ivnext bench train --preset mini --stage 1 --batch 32 --threads 2
              ./ivnext bench train --preset base --stage 1 --batch 16 --device cuda --profile --json base.json
            """);
        foreach (var option in BenchOptions.All.Concat([Profile, Json, Out])) command.Add(option);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var (plan, folder, output) = (
            BenchOptions.Plan(parsed, parsed.GetValue(Profile)), parsed.GetValue(Out), parsed.InvocationConfiguration.Output);
        OutputPath.Require("--json", parsed.GetValue(Json));
        OutputPath.Require("--out", folder is null ? null : Path.Combine(folder, ResultFile));
        var timeline = Path.Combine(folder ?? ".", TimelineFile);
        var command = $"./ivnext {CommandTable.PathOf(parsed)}{ShellWords.Join(parsed.Tokens.Select(t => t.Value).Skip(2))}";
        var result = new TrainingBenchmark(plan, command)
            .Run(timeline, new BenchProgress(parsed.InvocationConfiguration.Error), cancellation);
        BenchDisplay.Write(result, output);
        if (plan.Profile) output.WriteLine($"Timeline: {timeline} (open it in ui.perfetto.dev or chrome://tracing).");
        string?[] files = [parsed.GetValue(Json), folder is null ? null : Path.Combine(folder, ResultFile)];
        foreach (var file in files.OfType<string>()) result.Save(file);
        return result.LastLoss is null ? ExitCode.Failed : ExitCode.Done;
    }
}
