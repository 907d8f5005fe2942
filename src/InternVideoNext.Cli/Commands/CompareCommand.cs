using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Compare;
using InternVideoNext.Cli.Options;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using Microsoft.Data.Analysis;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext compare</c>: frozen encoders, ours and others', by one protocol on the same clips.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string[]> Encoders = new("ENCODER")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = $"{CheckpointName.Help} On the embedded benchmark also {string.Join(", ", ComparedEncoder.RandomNames)}, of random "
            + "weights.",
    };
    private static readonly Option<string> Data = new("--data")
    {
        Required = true,
        Description = "A manifest with labels and the splits train and test; or shapes, the embedded benchmark (shapes:tiny, "
            + "shapes:small).",
    };
    private static readonly Option<string> Label = new("--label") { Required = true, Description = "The label's name." };
    private static readonly Option<string> Protocol = new("--protocol")
    {
        DefaultValueFactory = _ => ProbeProtocols.Mini.Name,
        Description = $"One of {string.Join(", ", ProbeProtocols.All.Select(p => p.Name))}.",
    };
    private static readonly Option<string> TestSplit = new("--test-split")
    { DefaultValueFactory = _ => "test", Description = "The split to measure on." };
    private static readonly Option<ulong> Seed = new("--seed")
    { DefaultValueFactory = _ => 1, Description = "Of the probes, and of the embedded benchmark's world." };
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<string> Out = new("--out")
    { Required = true, Description = "The folder to write: table.csv, report.html, rows and features." };

    public static Command Create()
    {
        var command = new Command("compare",
            """
            Probe frozen encoders on the same clips, a row for each: accuracy with interval, size, cost, speed, licence, and what was
            reported. Rows and features are kept: the same command goes on where it was stopped.

            Examples:
              ./ivnext compare vjepa2-vitl videomae-v2-base --data ssv2.json --label action --protocol vjepa2/ssv2 --out runs/table
              ./ivnext compare mini/stage1 mini/stage2 random:vjepa2 --data shapes --label motion --protocol mini-frames --out runs/shapes
            """) { Encoders, Data, Label, Protocol, TestSplit, Seed, Device, Out };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var output = parsed.InvocationConfiguration.Output;
        var (label, seed, folder) = (parsed.GetValue(Label)!, parsed.GetValue(Seed), parsed.GetValue(Out)!);
        var protocol = ProbeProtocols.All.FirstOrDefault(p => p.Name == parsed.GetValue(Protocol)) ?? throw new ConfigurationException(
            $"--protocol {parsed.GetValue(Protocol)}: there are {string.Join(", ", ProbeProtocols.All.Select(p => p.Name))}");
        if (protocol.StartsFrom is { } first)
            throw new ConfigurationException($"--protocol {protocol.Name} goes on from a probe of {first}: use ./ivnext probe");
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var data = ComparisonData.Open(parsed.GetValue(Data)!, label, parsed.GetValue(TestSplit)!, seed, tools);
        // All are found before the first is run.
        var encoders = parsed.GetValue(Encoders)!.Distinct(StringComparer.Ordinal).Select(ComparedEncoder.Find).ToList();
        if (encoders.FirstOrDefault(encoder => encoder.IsRandom) is { } random && !data.IsEmbedded)
            throw new ConfigurationException($"{random.Name}: random weights are for --data shapes alone");
        var runner = new ComparisonRunner(data, label, protocol, seed, DeviceOption.Open(parsed.GetValue(Device)!), folder);
        var rows = new List<ComparisonRow>();
        foreach (var encoder in encoders)
        {
            var (row, wasThere) = await runner.RowAsync(encoder, cancellation).ConfigureAwait(false);
            rows.Add(row);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Encoder}: {100 * row.Probe.Top1:0.0} %{(wasThere ? " (kept from before)" : "")}"));
            Write(rows, data, protocol, label, seed, folder);
        }

        Show(rows, output);
        return ExitCode.Done;
    }

    private static void Write(
        List<ComparisonRow> rows, ComparisonData data, ProbeProtocol protocol, string label, ulong seed, string folder)
    {
        using var csv = new MemoryStream();
        DataFrame.SaveCsv(ComparisonTable.ToDataFrame(rows), csv, cultureInfo: CultureInfo.InvariantCulture);
        Directory.CreateDirectory(folder);
        AsideFile.Write(Path.Combine(folder, "table.csv"), System.Text.Encoding.UTF8.GetString(csv.ToArray()));
        var command = $"./ivnext compare {string.Join(' ', rows.Select(row => row.Encoder))} --label {label} --protocol {protocol.Name} "
            + FormattableString.Invariant($"--seed {seed}");
        ComparisonTable.ToReport(rows, data, protocol, label, seed, command).Write(Path.Combine(folder, "report.html"));
    }

    private static void Show(List<ComparisonRow> rows, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("encoder", "top-1", "95 % interval", "clips", "parameters", "clips/s", "reported", "verdict");
        foreach (var row in rows)
            table.AddRow(
                Markup.Escape(row.Encoder), Percent(row.Probe.Top1), ComparisonTable.Interval(row.Probe),
                $"{row.Probe.TestUsed} of {row.Probe.TestExpected}",
                (row.Parameters / 1e6).ToString("0.0 'M'", CultureInfo.InvariantCulture),
                row.ClipsPerSecond.ToString("0.0", CultureInfo.InvariantCulture),
                row.Reported is { } reported ? Percent(reported) : "-", row.Verdict);
        ConsoleOutput.Write(table);
        if (rows.Any(row => row.IsRandom))
            output.WriteLine("Encoders named random: were never trained: they test the machinery and say nothing of the systems.");
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
