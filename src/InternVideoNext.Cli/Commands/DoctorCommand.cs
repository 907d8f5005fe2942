using System.CommandLine;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext doctor</c>: what this machine has, what is wrong, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor",
            """
            Show what training needs and whether it is here; exit 3 if training cannot work.

            Example:
              ./ivnext doctor
            """);
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var findings = Diagnosis.Run();
        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "what", "found");
        foreach (var finding in findings) table.AddRow(Mark(finding.State), Markup.Escape(finding.What), Markup.Escape(finding.Found));
        ConsoleOutput.Write(table);
        foreach (var finding in findings.Where(f => f.Remedy is not null))
            Console.WriteLine($"{finding.What}: {finding.Remedy}");
        if (findings.Any(f => f.State == FindingState.Missing))
        {
            Console.WriteLine("Training cannot work here yet.");
            return ExitCode.EnvironmentMissing;
        }
        Console.WriteLine("Training can work here.");
        return ExitCode.Done;
    }

    private static string Mark(FindingState state) => state switch
    {
        FindingState.Good => "[green]ok[/]",
        FindingState.Limited => "[yellow]limited[/]",
        _ => "[red]missing[/]",
    };
}
