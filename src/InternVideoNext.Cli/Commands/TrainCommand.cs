using System.CommandLine;
using InternVideoNext.Configuration;
using InternVideoNext.Data;
using InternVideoNext.Training;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext train stage1|stage2</c>.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Data = new("--data") { Required = true, Description = "A manifest (.json), or a folder of video files." };
    private static readonly Option<string> Preset = new("--preset") { DefaultValueFactory = _ => "mini", Description = $"One of {string.Join(", ", Presets.Names)}." };
    private static readonly Option<DirectoryInfo> Out = new("--out") { Required = true, Description = "The run's folder." };
    private static readonly Option<string[]> Set = new("--set") { Description = "path=value in the configuration, e.g. training.steps=100; may be repeated.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the newest valid checkpoint in --out; from the start where there is none." };
    private static readonly Option<string?> Device = new("--device") { Description = "cpu, cuda or cuda:N (short for --set training.device=...)." };
    private static readonly Option<string?> Start = new("--start") { Description = "The Stage 1 checkpoint to start from (a run's folder, a checkpoint folder or a .safetensors file)." };

    public static Command Create()
    {
        var stage1 = new Command("stage1",
            """
            Stage 1: align with a frozen image teacher while reconstructing masked pixels.

            Example:
              ./ivnext train stage1 --data clips/shapes.json --preset mini --out runs/stage1 --set training.steps=300
            """) { Data, Preset, Out, Set, Resume, Device };
        stage1.SetAction((parsed, cancellation) => RunAsync(Presets.Stage1(parsed.GetValue(Preset)!), parsed, cancellation));
        var stage2 = new Command("stage2",
            """
            Stage 2: predict a frozen Stage 1 encoder's latents of the masked tokens.

            Example:
              ./ivnext train stage2 --data clips/shapes.json --preset mini --start runs/stage1 --out runs/stage2
            """) { Data, Preset, Out, Set, Resume, Device, Start };
        stage2.SetAction((parsed, cancellation) =>
        {
            var start = parsed.GetValue(Start);
            return RunAsync(Presets.Stage2(parsed.GetValue(Preset)!) with { Start = start is null ? null : Path.GetFullPath(start) }, parsed, cancellation);
        });
        var command = new Command("train", "Train one stage on your data.") { stage1, stage2 };
        return command;
    }

    private static async Task<int> RunAsync(RunConfig preset, ParseResult parsed, CancellationToken cancellation)
    {
        var config = ConfigJson.Override(preset, [.. parsed.GetValue(Set) ?? [], .. parsed.GetValue(Device) is { } device ? [$"training.device={device}"] : Array.Empty<string>()]);
        var folder = new RunFolder(parsed.GetValue(Out)!.FullName);
        RunGuard.Check(folder, config, parsed.GetValue(Resume));
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var manifest = Manifest.Open(parsed.GetValue(Data)!).Filter("train");
        var source = new VideoClipSource(manifest, config.Data, tools, Path.Combine(folder.Root, "index"));
        var command = $"./ivnext {string.Join(' ', parsed.Tokens.Select(t => t.Value).Where(t => t != "--resume"))} --resume";
        var outcome = await StageRun.RunAsync(parsed.CommandResult.Command.Name, config, source, folder, command, cancellation).ConfigureAwait(false);
        SkippedFilesDisplay.Write(source.Skipped);
        return outcome.Finished ? ExitCode.Done : ExitCode.Failed;
    }
}
