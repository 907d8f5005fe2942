using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Cli.Runs;
using InternVideoNext.Recipes;
using InternVideoNext.Training;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext train find-batch</c>: the largest batch that fits, by trying.</summary>
internal static class FindBatchCommand
{
    private const double DefaultShare = 0.8;

    private static readonly Argument<string> Stage = new Argument<string>("stage")
    { Description = "stage1 or stage2." }.AcceptOnlyFromAmong("stage1", "stage2");
    private static readonly Option<string> Preset = new("--preset")
    { DefaultValueFactory = _ => "mini", Description = $"One of {string.Join(", ", Presets.Names)}." };
    private static readonly Option<string[]> Set = SetOption.Create("training.precision=bfloat16");
    private static readonly Option<string?> Device = DeviceOption.CreateOptional();
    private static readonly Option<double?> Memory = new Option<double?>("--memory-megabytes")
    {
        Description = $"Memory that training may take: on the CPU resident memory, {DefaultShare:P0} of the machine's where not given; on "
        + "CUDA the GPU's, all that it gives where not given."
    }.InRange(1, 1e9);
    private static readonly Option<int> Most = new Option<int>("--most")
    { DefaultValueFactory = _ => 4096, Description = "No larger batch is tried." }.InRange(1, 1_000_000);
    private static readonly Option<int?> Trial = new("--trial")
    { Hidden = true, Description = "Try one batch size in this process and print it as JSON." };

    public static Command Create()
    {
        var command = new Command("find-batch",
            """
            Find the largest batch that fits into memory: real steps on clips of noise, doubled until one fails, then bisected.
            Needs no data and leaves nothing behind.

            Examples:
              ./ivnext train find-batch stage1 --preset base --device cuda --set teacher.random_weights=true
              ./ivnext train find-batch stage2 --preset mini --memory-megabytes 4000
            """) { Stage, Preset, Set, Device, Memory, Most, Trial };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ProcessPlan.RequireAlone("train find-batch", Environment.GetEnvironmentVariable);
        var config = Config(parsed);
        if (parsed.GetValue(Trial) is { } size)
        {
            Console.WriteLine(JsonSerializer.Serialize(BatchTrial.Run(config, size)));
            return ExitCode.Done;
        }
        var host = DefaultShare * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024;
        var onHost = config.Training.Device == "cpu";
        var limit = parsed.GetValue(Memory) ?? (onHost ? host : double.PositiveInfinity);
        var within = double.IsFinite(limit) ? string.Create(CultureInfo.InvariantCulture, $"{limit:0} MiB") : "the GPU";
        TrainingDevice.Open(config.Training);
        string[] words = [.. parsed.Tokens.Select(t => t.Value), Trial.Name];
        var search = new BatchSearch(
            (batch, stop) => new TrialProcess([.. words, batch.ToString(CultureInfo.InvariantCulture)], onHost ? limit : host, limit)
                .RunAsync(batch, stop),
            parsed.GetValue(Most));
        var trials = await search.RunAsync(new ImmediateProgress<BatchTrial>(Print), cancellation).ConfigureAwait(false);
        ConsoleOutput.Write(Table([.. trials.OrderBy(t => t.BatchSize)]));
        if (trials.Where(t => t.Fits).MaxBy(t => t.BatchSize) is not { } largest)
        {
            Console.WriteLine($"Not even one clip fits into {within}; take a smaller model, or training.recompute.");
            return ExitCode.Failed;
        }
        var fastest = trials.Where(t => t.Fits).MaxBy(t => t.ClipsPerSecond)!;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Largest that fits into {within}: --set training.batch_size={largest.BatchSize} ({largest.ClipsPerSecond:0.0} "
                + $"clips/s); fastest: {fastest.BatchSize} ({fastest.ClipsPerSecond:0.0} clips/s)."));
        return ExitCode.Done;
    }

    // What Stage 2 starts from changes neither its time nor its memory.
    private static RunConfig Config(ParseResult parsed)
    {
        var name = parsed.GetValue(Preset)!;
        RunConfig preset = parsed.GetValue(Stage) == "stage1" ? Presets.Stage1(name)
            : Presets.Stage2(name) with { PredictorStart = PredictorStart.Fresh };
        return ConfigJson.Override(
            preset, [
            .. parsed.GetValue(Set) ?? [],
            .. parsed.GetValue(Device) is { } device ? [$"training.device={device}"] : Array.Empty<string>()]);
    }

    private static Table Table(IReadOnlyList<BatchTrial> trials)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("batch", "ms a step", "clips/s", "peak MiB");
        foreach (var t in trials)
        {
            var batch = t.BatchSize.ToString(CultureInfo.InvariantCulture);
            if (t.Fits) table.AddRow(batch, Number(t.MillisecondsPerStep), Number(t.ClipsPerSecond), Number(t.PeakMegabytes));
            else table.AddRow(batch, "does not fit", "-", "-");
        }
        return table;
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static void Print(BatchTrial trial) =>
        Console.WriteLine($"{trial.BatchSize} clips: {(trial.Fits ? $"{Number(trial.MillisecondsPerStep)} ms" : "does not fit")}");
}
