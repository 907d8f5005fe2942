using InternVideoNext.Data;
using Spectre.Console;

namespace InternVideoNext.Cli;

/// <summary>Lists the files that could not be read, with reasons.</summary>
internal static class SkippedFilesDisplay
{
    public static void Write(IReadOnlyList<SkippedFile> skipped)
    {
        if (skipped.Count == 0) return;
        var table = new Table().Border(TableBorder.Rounded).AddColumns("skipped file", "reason");
        foreach (var file in skipped) table.AddRow(Markup.Escape(file.Path), Markup.Escape(file.Reason));
        ConsoleOutput.Write(table);
        Console.WriteLine($"{skipped.Count} file(s) could not be used.");
    }
}
