using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Options;
using InternVideoNext.Foundation;
using InternVideoNext.Parity;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext parity</c>: this package's numbers against the reference implementations'.</summary>
internal static class ParityCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "Folder of reference files (*.safetensors)." };
    private static readonly Option<string?> Json = new("--json") { Description = "Also write the rows to this JSON file." };
    private static readonly Option<bool> FailuresOnly = new("--failures") { Description = "Print only the rows that fail." };
    private static readonly Option<string> Device =
        DeviceOption.Create(description: "Where everything is computed, in float32: cpu, cuda or cuda:N.");

    public static Command Create()
    {
        var command = new Command("parity",
            """
            Compute every quantity of the reference files with this package and compare, number by number.
            Dimensions are read from the files. Judged is the relative difference, max |a - b| / max |b|.

            Examples:
              ./ivnext parity tests/InternVideoNext.Tests/Fixtures/reference
              ./ivnext parity more-fixtures --json parity.json

            Exit codes: 0 all agree, 1 something does not, 2 no such folder or no reference file in it.
            """) { Folder, Device, Json, FailuresOnly };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(Folder), parsed.GetValue(Device)!, parsed.GetValue(Json), parsed.GetValue(FailuresOnly),
            parsed.InvocationConfiguration));
        return command;
    }

    private static int Run(string folder, string name, string? json, bool failuresOnly, InvocationConfiguration console)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*.safetensors").Any())
            throw new ConfigurationException($"{folder}: give a folder with reference files (*.safetensors) in it");
        OutputPath.Require("--json", json);
        var report = ParitySuite.Run(folder, DeviceOption.Open(name), progress: null);
        var failures = report.Failures.ToList();
        WriteTable(failuresOnly ? failures : report.Rows, console.Output);
        if (json is not null) AsideFile.Write(json, report.ToJson());
        console.Output.WriteLine(
            $"{report.Rows.Count} quantities of {report.Rows.Select(row => row.File).Distinct().Count()} files: "
            + $"{report.Rows.Count - failures.Count} agree, {failures.Count} do not");
        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    private static void WriteTable(IReadOnlyList<ParityRow> rows, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("file", "quantity");
        foreach (var header in (string[])["max abs", "max rel", "tolerance"]) table.AddColumn(
            new TableColumn(header).RightAligned().NoWrap());
        table.AddColumns("verdict", "note");
        foreach (var row in rows)
            table.AddRow(
                new Text(Path.GetFileNameWithoutExtension(row.File)),
                new Text(row.Quantity),
                new Text(Number(row.MaxAbsolute)),
                new Text(Number(row.MaxRelative)),
                new Text(row.Tolerance == 0 ? "exact" : Number(row.Tolerance)),
                new Text(row.Passed ? "ok" : "FAIL", new Style(row.Passed ? Color.Green : Color.Red)),
                new Text(row.Note ?? ""));
        ConsoleOutput.For(output, plainWidth: 220).Write(table);
    }

    private static string Number(double value) => double.IsNaN(value) ? "-" : value.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
