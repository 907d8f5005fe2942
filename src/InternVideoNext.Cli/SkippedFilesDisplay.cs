using InternVideoNext.Data;
using Spectre.Console;

namespace InternVideoNext.Cli;

/// <summary>Lists the files that could not be read, or only in part, with reasons.</summary>
internal static class SkippedFilesDisplay
{
    public static void Write(IReadOnlyList<SkippedFile> skipped, IReadOnlyList<SkippedFile> damaged)
    {
        if (damaged.Count > 0) Write("damaged file", damaged);
        if (skipped.Count == 0) return;
        Write("skipped file", skipped);
        Console.WriteLine($"{skipped.Count} file(s) could not be used.");
    }

    private static void Write(string title, IReadOnlyList<SkippedFile> files)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(title, "reason");
        foreach (var file in files) table.AddRow(Markup.Escape(file.Path), Markup.Escape(file.Reason));
        ConsoleOutput.Write(table);
    }
}
