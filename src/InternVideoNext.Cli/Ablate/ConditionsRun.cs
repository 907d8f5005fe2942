using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using Spectre.Console;

namespace InternVideoNext.Cli.Ablate;

/// <summary><c>ablate conditions</c>: measures what the synthetic world promises, seed by seed, and writes <c>conditions.csv</c>.</summary>
internal static class ConditionsRun
{
    public static int Run(string preset, IReadOnlyList<ulong> seeds, int clips, string folder, CancellationToken cancellation)
    {
        if (preset is not ("tiny" or "mini" or "small")) throw new ConfigurationException(
            $"--preset {preset}: the conditions are the synthetic world's; take tiny, mini or small");
        Directory.CreateDirectory(folder);
        var rows = new List<string> { "seed,frames,motion,low,high,axis,appearance" };
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("seed", "what is seen", "motion % (95 % over clips)", "axis %", "appearance %");
        foreach (var seed in seeds)
        {
            using var display = new CountDisplay($"seed {seed}", 100);
            var found = new WorldConditions(preset, seed).Measure(clips, new Shares(display), cancellation);
            foreach (var c in found)
            {
                rows.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{seed},{c.Frames.Replace(",", "", StringComparison.Ordinal)},{c.Motion:0.0000},{c.MotionInterval.Low:0.0000},"
                        + $"{c.MotionInterval.High:0.0000},{c.AxisOfMotion:0.0000},{c.Appearance:0.0000}"));
                table.AddRow(
                    seed.ToString(CultureInfo.InvariantCulture), c.Frames,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{100 * c.Motion:0.0} ({100 * c.MotionInterval.Low:0.0} to {100 * c.MotionInterval.High:0.0})"),
                    (100 * c.AxisOfMotion).ToString("0.0", CultureInfo.InvariantCulture),
                        (100 * c.Appearance).ToString("0.0", CultureInfo.InvariantCulture));
            }
        }
        ConsoleOutput.Write(table);
        var file = Path.Combine(folder, "conditions.csv");
        AsideFile.Write(file, string.Join('\n', rows) + "\n");
        Console.WriteLine($"Chance: motion 25.0, axis 50.0, appearance 6.3. Wrote {file}");
        return ExitCode.Done;
    }

    private sealed class Shares(IProgress<int> display) : IProgress<double>
    {
        public void Report(double value) => display.Report((int)(100 * value));
    }
}
