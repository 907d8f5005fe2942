using System.CommandLine;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Cli.Options;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext bench traced</c>: the PyTorch twin's step, traced, on this package's libtorch.</summary>
internal static class BenchTracedCommand
{
    private static readonly Argument<string> Trace = new("trace") { Description = "What bench/twin.py --trace wrote." };
    private static readonly Option<string> Config = new("--config")
    { Required = true, Description = "The result of bench train --json that the twin was given." };
    private static readonly Option<string?> Json = new("--json") { Description = "Also write everything to this file." };

    public static Command Create()
    {
        var command = new Command("traced",
            """
            Measure the PyTorch twin's step on this package's own libtorch: the operators are PyTorch's, in its order, and libtorch
            issues them, without Python. bench twin --traced does all of this at once and compares.

            Example:
              python3 bench/twin.py --config ours.json --trace twin.pt
              ./ivnext bench traced twin.pt --config ours.json --json twin.json
            """) { Trace, Config, BenchOptions.Steps, BenchOptions.WarmUp, Json };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        OutputPath.Require("--json", parsed.GetValue(Json));
        var command = $"./ivnext {CommandTable.PathOf(parsed)}{ShellWords.Join(parsed.Tokens.Select(t => t.Value).Skip(2))}";
        var bench = new TracedBenchmark(
            parsed.GetValue(Trace)!, BenchmarkResult.Load(parsed.GetValue(Config)!), parsed.GetValue(BenchOptions.Steps),
            parsed.GetValue(BenchOptions.WarmUp), command);
        var result = bench.Run(new BenchProgress(parsed.InvocationConfiguration.Error), cancellation);
        BenchDisplay.Write(result, parsed.InvocationConfiguration.Output);
        if (parsed.GetValue(Json) is { } file) result.Save(file);
        return result.LastLoss is null ? ExitCode.Failed : ExitCode.Done;
    }
}
