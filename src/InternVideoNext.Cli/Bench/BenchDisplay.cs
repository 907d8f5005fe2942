using System.Globalization;
using InternVideoNext.Benchmarks;
using InternVideoNext.Recipes;
using Spectre.Console;

namespace InternVideoNext.Cli.Bench;

/// <summary>Prints results of step benchmarks.</summary>
internal static class BenchDisplay
{
    public static void Write(BenchmarkResult result, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("what", "figure");
        foreach (var (what, figure) in Rows(result)) table.AddRow(Markup.Escape(what), Markup.Escape(figure));
        ConsoleOutput.For(output).Write(table);
        foreach (var note in result.Notes) output.WriteLine($"Note: {note}.");
    }

    public static void Write(BenchmarkComparison comparison, string a, string b, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("figure");
        foreach (var header in (string[])[a, b, "ratio"]) table.AddColumn(new TableColumn(Markup.Escape(header)).RightAligned().NoWrap());
        foreach (var row in comparison.Figures.Where(r => r.A is not null || r.B is not null))
            table.AddRow(
                Markup.Escape(row.Name), Number(row.A), Number(row.B),
                row.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "-");
        ConsoleOutput.For(output).Write(table);
        foreach (var remark in comparison.Remarks) output.WriteLine($"Differs: {remark}.");
        foreach (var obstacle in comparison.Obstacles) output.WriteLine($"NOT COMPARABLE: {obstacle}.");
        if (comparison.Obstacles.Count == 0) output.WriteLine(
            "Same machine, configuration and number of parameters: the ratios compare the programs.");
    }

    private static IEnumerable<(string What, string Figure)> Rows(BenchmarkResult r)
    {
        var (speed, step, training) = (r.Throughput.ClipsPerSecond, r.Throughput.MillisecondsPerStep, r.Config.Training);
        yield return (
            "step", $"{r.Config.Preset}, stage {(r.Config is Stage1Config ? 1 : 2)}, {training.ClipsPerStep} clips, "
            + $"{training.Precision.ToString().ToLowerInvariant()}{(r.WithTeacher ? "" : ", without the teacher's forward pass")}");
        yield return ("clips/s", $"{Number(speed.Median)} (half of the steps {Number(speed.Lower)} to {Number(speed.Upper)})");
        yield return (
            "ms a step",
            $"{Number(step.Median)} (half of the steps {Number(step.Lower)} to {Number(step.Upper)}), {r.Throughput.Steps.Count} steps "
            + $"after {r.Throughput.WarmUp} of warm-up");
        yield return ("processor ms a step", $"{Number(r.Throughput.ProcessorMillisecondsPerStep.Median)}, all threads together");
        var whole = r.Parts.Sum(p => p.Milliseconds);
        foreach (var part in r.Parts) yield return (
            $"  {part.Part}", $"{Number(part.Milliseconds)} ms, {Share(part.Milliseconds / whole)}");
        if (r.Arithmetic is { } arithmetic)
        {
            yield return (
                "model arithmetic",
                $"{Number(arithmetic.FlopPerClip / 1e9)} GFLOP a clip, {Number(arithmetic.FlopPerSecond / 1e9)} GFLOP/s");
            yield return (
                "utilisation",
                $"{Share(arithmetic.Utilisation)} of {Number(arithmetic.PeakFlopPerSecond / 1e9)} GFLOP/s, the peak measured just "
                + $"before by a matrix product ({arithmetic.Product})");
        }
        yield return ("peak memory", $"{(r.Memory.PeakMebibytes is { } peak ? $"{Number(peak)} MiB: " : "")}{r.Memory.Method}");
        if (r.Overhead is { } overhead) yield return (
            "issuing operators", $"{Number(overhead.Milliseconds)} ms, {Share(overhead.ShareOfStep)} of the step: {overhead.Method}");
        yield return (
            "parameters", string.Join(", ", r.Parameters.Select(p => $"{p.Key} {p.Value.ToString("N0", CultureInfo.InvariantCulture)}")));
        var load = r.Machine.Load?.ToString("0.00", CultureInfo.InvariantCulture);
        yield return (
            "machine",
            $"{r.Machine.Device}; {r.Machine.Processor}, {r.Machine.Cores} cores, {r.Machine.Threads} thread(s); load average {load}");
        yield return ("versions", $"{r.Program}; {r.Machine.Torch}; {r.Machine.Runtime}; {r.Machine.System}");
        yield return ("command", r.Command);
    }

    private static string Share(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    private static string Number(double? value) => value switch
    {
        null => "-",
        >= 1000 or <= -1000 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 or <= -10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
