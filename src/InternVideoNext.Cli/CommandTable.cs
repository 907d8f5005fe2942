using System.CommandLine;
using System.CommandLine.Parsing;
using InternVideoNext.Cli.Commands;

namespace InternVideoNext.Cli;

/// <summary>Every command, in the order that help shows them.</summary>
internal static class CommandTable
{
    public static IEnumerable<Command> All() =>
    [
        QuickstartCommand.Create(),
        DoctorCommand.Create(),
        TestCommand.Create(),
        TrainCommand.Create(),
        RunsCommand.Create(),
        ProbeCommand.Create(),
        FeaturesCommand.Create(),
        CompareCommand.Create(),
        AblateCommand.Create(),
        RerunCommand.Create(),
        WeightsCommand.Create(),
        Group("data", "Make and inspect data sets.", ImportCommand.Create(), ScanCommand.Create(), DataPackCommand.Create(),
            ShapesCommands.CreateRenderShapes(), ShapesCommands.CreateTrainTeacher()),
        Group("bench", "Measure speed.", BenchDataCommand.Create(), BenchTrainCommand.Create(), BenchCompareCommand.Create(),
            BenchTwinCommand.Create(), BenchTracedCommand.Create()),
        ParityCommand.Create(),
        GpuCheckCommand.Create(),
        DescribeCommand.Create(),
        Group("notebook", "Run notebooks.", NotebookCommand.CreateRun()),
        PackCommand.Create(),
    ];

    /// <summary>Whether a command's work is what it leaves in files, so that it is done whoever reads what it says.</summary>
    /// <param name="arguments">The words after the program's name.</param>
    public static bool WorksOnFiles(IReadOnlyList<string> arguments) =>
        arguments is ["train" or "quickstart" or "ablate" or "rerun" or "pack" or "notebook", ..];

    /// <summary>The words of the command that was being parsed, each followed by a space.</summary>
    public static string PathOf(ParseResult parsed)
    {
        var words = new Stack<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            words.Push(command.Command.Name);
        return string.Concat(words.Select(w => w + " "));
    }

    private static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands) group.Add(command);
        return group;
    }
}
