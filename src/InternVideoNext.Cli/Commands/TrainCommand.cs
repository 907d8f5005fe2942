using System.CommandLine;
using InternVideoNext.Configuration;
using InternVideoNext.Data;
using InternVideoNext.Training;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext train stage1|stage2</c>.</summary>
internal static class TrainCommand
{
    private const double LongestHours = 1000;

    private static readonly Option<string> Data = new("--data") { Required = true, Description = "A manifest (.json), or a folder of video files." };
    private static readonly Option<string> Preset = new("--preset") { DefaultValueFactory = _ => "mini", Description = $"One of {string.Join(", ", Presets.Names)}." };
    private static readonly Option<DirectoryInfo> Out = new("--out") { Required = true, Description = "The run's folder." };
    private static readonly Option<string[]> Set = new("--set") { Description = "path=value in the configuration, e.g. training.steps=100; may be repeated.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the newest valid checkpoint in --out; from the start where there is none." };
    private static readonly Option<string[]> Allow = new("--allow") { Description = "A path of the configuration that --resume may find changed, e.g. training.steps; may be repeated.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Device = new("--device") { Description = "cpu, cuda or cuda:N (short for --set training.device=...)." };
    private static readonly Option<double?> MaxHours = new("--max-hours") { Description = "End with a checkpoint after so many hours; exit 0, to be resumed." };
    private static readonly Option<string?> Start = new("--start") { Description = "The Stage 1 checkpoint to start from (a run's folder, a checkpoint folder or a .safetensors file)." };

    public static Command Create()
    {
        var stage1 = new Command("stage1",
            """
            Stage 1: align with a frozen image teacher while reconstructing masked pixels.

            Examples:
              ./ivnext train stage1 --data clips/manifest.json --preset mini --out runs/stage1 --set training.steps=300
              ./ivnext train stage1 --data clips/manifest.json --preset mini --out runs/stage1 --set training.steps=300 --resume
            """) { Data, Preset, Out, Set, Device, Resume, Allow, MaxHours };
        stage1.SetAction((parsed, cancellation) => RunAsync(Presets.Stage1(parsed.GetValue(Preset)!), parsed, cancellation));
        var stage2 = new Command("stage2",
            """
            Stage 2: predict a frozen Stage 1 encoder's latents of the masked tokens.

            Example:
              ./ivnext train stage2 --data clips/manifest.json --preset mini --start runs/stage1 --out runs/stage2
            """) { Data, Preset, Start, Out, Set, Device, Resume, Allow, MaxHours };
        stage2.SetAction((parsed, cancellation) =>
        {
            var start = parsed.GetValue(Start);
            return RunAsync(Presets.Stage2(parsed.GetValue(Preset)!) with { Start = start is null ? null : Path.GetFullPath(CheckpointName.Resolve(start)) }, parsed, cancellation);
        });
        return new Command("train",
            """
            Train one stage on your data.

            Example:
              ./ivnext train stage1 --data clips/manifest.json --preset mini --out runs/stage1
            """) { stage1, stage2, FindBatchCommand.Create() };
    }

    private static async Task<int> RunAsync(RunConfig preset, ParseResult parsed, CancellationToken cancellation)
    {
        var config = ConfigJson.Override(preset, [.. parsed.GetValue(Set) ?? [], .. parsed.GetValue(Device) is { } device ? [$"training.device={device}"] : Array.Empty<string>()]);
        var folder = new RunFolder(parsed.GetValue(Out)!.FullName);
        RunGuard.Check(folder, config, parsed.GetValue(Resume), parsed.GetValue(Allow) ?? []);
        using var limit = Limit(parsed.GetValue(MaxHours));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var manifest = Manifest.Open(parsed.GetValue(Data)!);
        var probe = config.Training.ProbeEvery > 0 ? QuickProbe.FromVideos(manifest, config, tools) : null;
        var clips = manifest.Filter("train");
        var source = new VideoClipSource(clips, config.Data, tools, Path.Combine(folder.Root, "index"));
        var outcome = await TrainAsync().ConfigureAwait(false);
        SkippedFilesDisplay.Write(source.Skipped);
        return outcome.Finished || (limit.IsCancellationRequested && !cancellation.IsCancellationRequested) ? ExitCode.Done : ExitCode.Failed;

        async Task<TrainingOutcome> TrainAsync()
        {
            try
            {
                return await StageRun.RunAsync(parsed.CommandResult.Command.Name, config, source, folder, ResumeCommand(parsed), stop.Token, probe).ConfigureAwait(false);
            }
            catch (TrainingHaltedException e)
            {
                foreach (var clip in e.Entries.Distinct().Select(i => clips.Entries[i]))
                    await Console.Error.WriteLineAsync($"ivnext: in the last step that was not finite: {clip.Id} ({clips.PathOf(clip)})").ConfigureAwait(false);
                throw;
            }
        }
    }

    private static CancellationTokenSource Limit(double? hours)
    {
        if (hours is null) return new CancellationTokenSource();
        if (hours is not (> 0 and <= LongestHours)) throw new ConfigurationException($"--max-hours {hours}: it must be above 0 and at most {LongestHours}");
        return new CancellationTokenSource(TimeSpan.FromHours(hours.Value));
    }

    private static string ResumeCommand(ParseResult parsed) =>
        $"./ivnext {ShellWords.Join(parsed.Tokens.Select(t => t.Value).Where(t => t != Resume.Name))} {Resume.Name}";
}
