using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext data scan</c>: decodes every file of a data set once and says what is missing or broken.</summary>
internal static class ScanCommand
{
    private static readonly Argument<string> ManifestFile = new("manifest") { Description = "The manifest." };
    private static readonly Option<string?> Root = new("--root")
    { Description = "Folder that its paths are relative to; the default is the manifest's own." };
    private static readonly Option<string?> Out = new("--out")
    { Description = "The index to write; the default is MANIFEST.index.json, where training looks for it." };
    private static readonly Option<int> Jobs = new Option<int>("--jobs")
    { DefaultValueFactory = _ => Environment.ProcessorCount, Description = "Files at a time." }.InRange(1, 1024);
    private static readonly Option<double> Timeout = new Option<double>("--timeout")
    {
        DefaultValueFactory = _ => 600,
        Description = "Seconds that probing one file, and decoding it, may each take.",
    }.InRange(0.001, 86400);

    public static Command Create()
    {
        var command = new Command("scan",
            """
            Decode every file of a data set once: duration, frames, size, codec, content hash; a table of found, missing, damaged and broken
            files against the expected counts; and the index that training reads. Ctrl-C loses nothing: run it again to go on.

            Example:
              ./ivnext data scan k400/manifest.json --jobs 16
            """) { ManifestFile, Root, Out, Jobs, Timeout };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var file = parsed.GetValue(ManifestFile)!;
        var manifest = At(Manifest.Load(file), parsed.GetValue(Root));
        var index = parsed.GetValue(Out) ?? Manifest.IndexFileOf(file);
        OutputPath.Require(Out.Name, index);
        ScanReport report;
        using (var display = new CountDisplay("files", manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).Count()))
            report = await new VideoScanner(manifest, tools, TimeSpan.FromSeconds(parsed.GetValue(Timeout)))
                .ScanAsync(index, parsed.GetValue(Jobs), display, cancellation).ConfigureAwait(false);
        Show(report);
        Console.WriteLine($"index: {index}");
        return ExitCode.Done;
    }

    /// <summary>A manifest with its files in another folder.</summary>
    public static Manifest At(Manifest manifest, string? root)
    {
        if (root is null) return manifest;
        return Directory.Exists(root) ? manifest with { Root = Path.GetFullPath(root) }
            : throw new ManifestException($"--root '{root}': no such folder.");
    }

    private static void Show(ScanReport report)
    {
        var faults = new Table().Border(TableBorder.Rounded).AddColumns("file", "state", "reason");
        foreach (var fault in report.Faults) faults.AddRow(
            Markup.Escape(fault.Path), fault.State.ToString().ToLowerInvariant(), Markup.Escape(fault.Reason ?? "there is no such file"));
        if (report.Faults.Count > 0) ConsoleOutput.Write(faults);
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("split", "expected", "listed", "found", "of these damaged", "missing", "broken");
        foreach (var split in report.Splits)
            table.AddRow(
                $"{split.Split}", $"{split.Expected}", $"{split.Listed}", $"{split.Found}", $"{split.Damaged}", $"{split.Missing}",
                $"{split.Broken}");
        ConsoleOutput.Write(table);
    }
}
