using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Training;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext train stage1|stage2</c>.</summary>
internal static class TrainCommand
{
    private const double LongestHours = 1000;
    private const string IndexFolder = "index";

    private static readonly Option<string> Data = new("--data")
    { Required = true, Description = "A manifest (.json), or a folder of video files." };
    private static readonly Option<string> Preset = new("--preset")
    { DefaultValueFactory = _ => "mini", Description = $"One of {string.Join(", ", Presets.Names)}." };
    private static readonly Option<DirectoryInfo> Out = new("--out") { Required = true, Description = "The run's folder." };
    private static readonly Option<string[]> Set = SetOption.Create();
    private static readonly Option<bool> Resume = new("--resume")
    { Description = "Go on from the newest sound checkpoint in --out; from the start where there is no checkpoint at all." };
    private static readonly Option<bool> StartOver = new("--start-over")
    { Description = "Begin at step 0 though --out holds a run: what is there is moved to before-1, before-2, ... in --out." };
    private static readonly Option<string[]> Allow = new("--allow")
    {
        Description = "A path of the configuration that --resume may find changed, e.g. training.steps; may be repeated.",
        AllowMultipleArgumentsPerToken = true
    };
    private static readonly Option<string?> Device =
        DeviceOption.CreateOptional("cpu, cuda or cuda:N (short for --set training.device=...).");
    private static readonly Option<double?> MaxHours = new("--max-hours")
    { Description = "End with a checkpoint after so many hours; exit 0, to be resumed." };
    private static readonly Option<string?> Start = new("--start")
    {
        Description = "The checkpoint to start from, of ours or released weights: a run's folder, a checkpoint folder, a .safetensors "
        + "file, the folder of its shards, or a model of ./ivnext weights list. Parts that it lacks start anew and are named.",
    };

    public static Command Create()
    {
        var stage1 = new Command("stage1",
            """
            Stage 1: align with a frozen image teacher while reconstructing masked pixels.

            Examples:
              ./ivnext train stage1 --data clips/manifest.json --preset mini --out runs/stage1 --set training.steps=300
              ./ivnext train stage1 --data clips/manifest.json --preset mini --out runs/stage1 --set training.steps=300 --resume
              ./ivnext train stage1 --data clips/manifest.json --preset base --start internvideo_next_base.safetensors --out runs/more
              ./ivnext train stage1 --data clips/manifest.json --preset base --out runs/base --device cuda --processes 8 --set training.accumulation=8

            Under a launcher, which says who is who (environment.md has a Slurm job):
              srun ./ivnext train stage1 ...        mpirun -np 2 ./ivnext train stage1 ...

            Several machines by hand: one command a process; rank 0 keeps the folder in --out; IVNEXT_TOKEN is the same everywhere:
              CUDA_VISIBLE_DEVICES=0 ./ivnext train stage1 ... --processes 16 --rank 0 --address 10.0.0.1:29500
              CUDA_VISIBLE_DEVICES=1 ./ivnext train stage1 ... --processes 16 --rank 1 --address 10.0.0.1:29500
            """) { Data, Preset, Start, Out, Set, Device, Resume, StartOver, Allow, MaxHours };
        foreach (var option in ProcessPlan.Options) stage1.Add(option);
        stage1.SetAction((parsed, cancellation) => RunAsync(
            Presets.Stage1(parsed.GetValue(Preset)!) with { Start = StartOf(parsed) }, parsed, cancellation));
        var stage2 = new Command("stage2",
            """
            Stage 2: predict a frozen Stage 1 encoder's latents of the masked tokens.

            Examples:
              ./ivnext train stage2 --data clips/manifest.json --preset mini --start runs/stage1 --out runs/stage2
              ./ivnext train stage2 --data clips/manifest.json --preset mini --start runs/stage1 --out runs/two --processes 2 --set training.accumulation=2 training.batch_size=16
            """) { Data, Preset, Start, Out, Set, Device, Resume, StartOver, Allow, MaxHours };
        foreach (var option in ProcessPlan.Options) stage2.Add(option);
        stage2.SetAction((parsed, cancellation) => RunAsync(
            Presets.Stage2(parsed.GetValue(Preset)!) with { Start = StartOf(parsed) }, parsed, cancellation));
        return new Command("train",
            """
            Train one stage on your data.

            Example:
              ./ivnext train stage1 --data clips/manifest.json --preset mini --out runs/stage1
            """) { stage1, stage2, FindBatchCommand.Create() };
    }

    private static string? StartOf(ParseResult parsed) =>
        parsed.GetValue(Start) is { } start ? Path.GetFullPath(CheckpointName.Resolve(start)) : null;

    private static async Task<int> RunAsync(RunConfig preset, ParseResult parsed, CancellationToken cancellation)
    {
        var config = ConfigJson.Override(
            preset, [
            .. parsed.GetValue(Set) ?? [],
            .. parsed.GetValue(Device) is { } device ? [$"training.device={device}"] : Array.Empty<string>()]);
        var plan = ProcessPlan.Of(parsed, Environment.GetEnvironmentVariable);
        plan.SelectGpu(config.Training);
        plan.Check(config.Training);
        var folder = new RunFolder(parsed.GetValue(Out)!.FullName);
        return plan.Rank == 0
            ? await LeadAsync(plan, config, folder, parsed, cancellation).ConfigureAwait(false)
            : await FollowAsync(plan, config, folder, parsed, cancellation).ConfigureAwait(false);
    }

    private static async Task<int> LeadAsync(
        ProcessPlan plan, RunConfig config, RunFolder folder, ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(StartOver))
        {
            if (parsed.GetValue(Resume)) throw new ConfigurationException("--start-over and --resume exclude one another");
            if (await folder.SetAsideAsync().ConfigureAwait(false) is { } before)
                Console.WriteLine($"The run that was there is in {before}");
        }
        RunGuard.Check(folder, config, parsed.GetValue(Resume), parsed.GetValue(Allow) ?? []);
        using var limit = Limit(parsed.GetValue(MaxHours));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var manifest = Manifest.Open(parsed.GetValue(Data)!);
        var probe = config.Training.ProbeEvery > 0 ? QuickProbe.FromVideos(manifest, config, tools) : null;
        var clips = manifest.Filter("train");
        await using var team = await ProcessTeam.OpenAsync(plan, Words(parsed), config.Training, stop.Token).ConfigureAwait(false);
        var source = new VideoClipSource(clips, team.ShareOf(config.Data), tools, Path.Combine(folder.Root, IndexFolder));
        if (plan.Size > 1) Console.WriteLine(
            $"{plan.Size} processes, each with {config.Training.ClipsPerStep / plan.Size} of a step's {config.Training.ClipsPerStep} "
            + $"clips; gradients are added up over {team.Group.Transport}.");
        var outcome = await TrainAsync().ConfigureAwait(false);
        SkippedFilesDisplay.Write(source.Skipped, source.Damaged);
        var code = outcome.Finished || (limit.IsCancellationRequested && !cancellation.IsCancellationRequested) ? ExitCode.Done
            : ExitCode.Failed;
        return await team.EndAsync(code).ConfigureAwait(false);

        async Task<TrainingOutcome> TrainAsync()
        {
            try
            {
                return await StageRun.RunAsync(
                    parsed.CommandResult.Command.Name, config, source, folder, ResumeCommand(parsed), stop.Token, probe,
                    team.Group).ConfigureAwait(false);
            }
            catch (TrainingHaltedException e)
            {
                foreach (var clip in e.Entries.Distinct().Select(i => clips.Entries[i]))
                    await Console.Error.WriteLineAsync($"ivnext: in the last step that was not finite: {clip.Id} ({clips.PathOf(clip)})")
                        .ConfigureAwait(false);
                throw;
            }
        }
    }

    // What it skips it says on standard error: the terminal is the first process's.
    private static async Task<int> FollowAsync(
        ProcessPlan plan, RunConfig config, RunFolder folder, ParseResult parsed, CancellationToken cancellation)
    {
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var clips = Manifest.Open(parsed.GetValue(Data)!).Filter("train");
        await using var team = await ProcessTeam.OpenAsync(plan, Words(parsed), config.Training, cancellation).ConfigureAwait(false);
        var source = new VideoClipSource(
            clips, team.ShareOf(config.Data), tools, Path.Combine(folder.Root, IndexFolder, $"rank-{plan.Rank}"));
        await StageRun.FollowAsync(config, source, folder, team.Group, cancellation).ConfigureAwait(false);
        foreach (var file in source.Skipped) await Console.Error.WriteLineAsync($"ivnext: could not be used: {file.Path}: {file.Reason}")
            .ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static CancellationTokenSource Limit(double? hours)
    {
        if (hours is null) return new CancellationTokenSource();
        if (hours is not (> 0 and <= LongestHours)) throw new ConfigurationException(
            $"--max-hours {hours}: it must be above 0 and at most {LongestHours}");
        return new CancellationTokenSource(TimeSpan.FromHours(hours.Value));
    }

    private static IReadOnlyList<string> Words(ParseResult parsed) => [.. parsed.Tokens.Select(t => t.Value)];

    private static string ResumeCommand(ParseResult parsed) =>
        $"./ivnext {ShellWords.Join(Words(parsed).Where(word => word != Resume.Name && word != StartOver.Name))} {Resume.Name}";
}
