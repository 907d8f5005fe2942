using System.CommandLine;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext bench compare</c>: two results of <c>bench train</c> or the twin, side by side.</summary>
internal static class BenchCompareCommand
{
    private static readonly Argument<string> A = new("a") { Description = "A result of bench train --json, or of bench/twin.py." };
    private static readonly Argument<string> B = new("b") { Description = "Another; ratios are the first over this one." };

    public static Command Create()
    {
        var command = new Command("compare",
            """
            Show two results side by side with the ratio of every figure, and say what keeps them from being comparable: another
            machine, precision, batch, configuration, or number of parameters.

            Example:
              ./ivnext bench compare ours.json twin.json
            """) { A, B };
        command.SetAction(parsed => Run(parsed.GetValue(A)!, parsed.GetValue(B)!, parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string a, string b, TextWriter output)
    {
        var comparison = BenchmarkComparison.Of(BenchmarkResult.Load(a), BenchmarkResult.Load(b));
        BenchDisplay.Write(comparison, Path.GetFileName(a), Path.GetFileName(b), output);
        return ExitCode.Done;
    }
}
