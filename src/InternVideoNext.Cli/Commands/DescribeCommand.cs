using System.CommandLine;
using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Cli.Options;
using InternVideoNext.Description;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Models.Peers;
using InternVideoNext.Recipes;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext describe</c>: a preset's model, block by block.</summary>
internal static class DescribeCommand
{
    private static readonly Argument<string?> Encoder = new("ENCODER")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = $"Another system's encoder instead: one of {string.Join(", ", ReleasedPeers.All.Select(peer => peer.Name))}.",
    };
    private static readonly Option<string> Preset = new("--preset")
    { DefaultValueFactory = _ => "base", Description = $"One of {string.Join(", ", Presets.Names)}." };
    private static readonly Option<int> Stage = new("--stage") { DefaultValueFactory = _ => 1, Description = "1 or 2." };
    private static readonly Option<string[]> Set = SetOption.Create("training.batch_size=32");

    public static Command Create()
    {
        var command = new Command("describe",
            """
            Print a run: what the paper reports of it, on what hardware, how long it takes, the command; then its model as a tree:
            shapes, parameters, multiply-adds of one clip's forward pass (the student on its visible tokens, the teacher on all),
            where the paper treats each block, the memory of a training step, and which fast ways it takes on the configured device.

            Examples:
              ./ivnext describe --preset base --stage 1
              ./ivnext describe --preset 1b --stage 2 --set training.batch_size=8
              ./ivnext describe vjepa2-vitl
            """) { Encoder, Preset, Stage, Set };
        Stage.AcceptOnlyFromAmong("1", "2");
        command.SetAction(
            parsed => parsed.GetValue(Encoder) is { } encoder ? RunPeer(encoder, parsed.InvocationConfiguration.Output)
            : Run(parsed.GetValue(Preset)!, parsed.GetValue(Stage), parsed.GetValue(Set) ?? [], parsed.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string preset, int stage, string[] set, TextWriter output)
    {
        // Neither a teacher's weights nor what a Stage 2 run starts from show in a shape: a run would ask for their files.
        var teacher = Presets.Stage1(preset).Teacher is SiglipTeacherConfig siglip ? siglip with { RandomWeights = true }
            : Presets.Stage1(preset).Teacher;
        RunConfig config = stage == 1 ? Presets.Stage1(preset) with { Teacher = teacher }
            : Presets.Stage2(preset) with { PredictorStart = PredictorStart.Fresh };
        if (set.Length > 0) config = ConfigJson.Override(config, set);
        var model = ModelDescription.Of(config);
        RecipeDisplay.Write(RecipeNote.OfStage(preset, stage, RecipeDisplay.Measured), output);
        WriteTree(model.Teacher is { } frozen ? [model.Student, frozen] : [model.Student], output);
        WriteSummary(model, config, output);
        foreach (var warning in ConfigWarnings.Of(config)) output.WriteLine($"Warning: {warning}.");
        return ExitCode.Done;
    }

    private static int RunPeer(string name, TextWriter output)
    {
        var peer = ReleasedPeers.Find(name) ?? throw new ConfigurationException(
            $"describe {name}: there are {string.Join(", ", ReleasedPeers.All.Select(known => known.Name))}");
        var tree = PeerBlocks.Of(peer.Config);
        WriteTree([tree], output);
        var (grid, clip) = (peer.Config.Grid, peer.Config.Preprocessing);
        output.WriteLine(
            $"{peer.Name}: {peer.Config.System}, {tree.Parameters:N0} parameters, {Count(tree.MultiplyAdds)} multiply-adds a clip, "
            + $"{grid.Frames} x {grid.Height} x {grid.Width} tokens; weights under {peer.Licence}.");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Reads {clip.Frames} frames of {clip.Size} x {clip.Size} pixels ({SamplingOf(clip)}), mean [{string.Join(", ", clip.Mean)}], "
            + $"deviation [{string.Join(", ", clip.Deviation)}]; the centre crop shows {clip.CropShare:0.###} of the shorter side."));
        return ExitCode.Done;
    }

    private static string SamplingOf(ClipPreprocessing clip) => clip.Sampling switch
    {
        ClipSampling.Dense => $"neighbours {clip.FrameStride} apart",
        ClipSampling.SegmentStarts => "the first of each of as many parts of the video",
        _ => "the middle one of each of as many parts of the video",
    };

    private static void WriteTree(IReadOnlyList<BlockDescription> blocks, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("block", "type", "shape, one clip");
        foreach (var header in (string[])["parameters", "multiply-adds"]) table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        table.AddColumn("paper");
        foreach (var block in blocks) AddRows(table, block, "");
        ConsoleOutput.For(output).Write(table);
    }

    private static void AddRows(Table table, BlockDescription block, string indent)
    {
        table.AddRow(
            new Text($"{indent}{block.Name}{(block.Repeat > 1 ? $" (x {block.Repeat})" : "")}"), new Text(block.Type),
                new Text(block.Shape),
            new Text(Count(block.Parameters)), new Text(block.MultiplyAdds > 0 ? Count(block.MultiplyAdds) : "-"), new Text(block.Section));
        foreach (var child in block.Children) AddRows(table, child, indent + (block.Repeat > 1 ? "  each " : "  "));
    }

    private static void WriteSummary(ModelDescription model, RunConfig config, TextWriter output)
    {
        var masks = string.Join(
            " and ", model.VisibleTokens.Select(visible => $"{visible.ToString("0", CultureInfo.InvariantCulture)} visible"));
        output.WriteLine($"{config.Preset}: {Count(model.Student.Parameters)} parameters; {model.Tokens} tokens a clip, {masks}.");
        output.WriteLine(
            $"A training step takes {Count(model.TrainingMultiplyAdds)} multiply-adds a clip (student forward and backward, "
            + "teacher forward).");
        output.WriteLine(
            $"Memory of a step of {config.Training.BatchSize} clips in {config.Training.Precision.ToString().ToLowerInvariant()}, "
            + "estimated:");
        foreach (var line in model.Memory.Lines) output.WriteLine($"  {line.Name,-36} {Gibibytes(line.Bytes),10}   {line.Formula}");
        output.WriteLine($"  {"together, temporaries not counted",-36} {Gibibytes(model.Memory.Bytes),10}");
        output.WriteLine($"Ways of computing on {config.Training.Device}:");
        foreach (var path in ComputePaths.Of(config))
            output.WriteLine(
                $"  {path.Work,-36} {path.Way}{(path.IsFast ? "" : " [not the fast way]")}"
                    + $"{(path.Reason is { } reason ? $": {reason}" : "")}");
    }

    private static string Gibibytes(double bytes) => (bytes / (1L << 30)).ToString("0.00 'GiB'", CultureInfo.InvariantCulture);

    private static string Count(double value) => value switch
    {
        >= 1e12 => (value / 1e12).ToString("0.00 'T'", CultureInfo.InvariantCulture),
        >= 1e9 => (value / 1e9).ToString("0.00 'G'", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.00 'M'", CultureInfo.InvariantCulture),
        >= 1e4 => (value / 1e3).ToString("0.0 'k'", CultureInfo.InvariantCulture),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };
}
