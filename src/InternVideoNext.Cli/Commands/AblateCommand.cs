using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using InternVideoNext.Ablations;
using InternVideoNext.Cli.Ablate;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext ablate</c>: the paper's tables.</summary>
internal static partial class AblateCommand
{
    private static readonly Option<string> Preset = new("--preset")
    { DefaultValueFactory = _ => "mini", Description = $"One of {string.Join(", ", Presets.Names)}." };
    private static readonly Option<string?> Data = new("--data")
    { Description = "A labelled manifest with splits train and test, instead of the embedded world." };
    private static readonly Option<int> Seeds = new Option<int>("--seeds")
    { DefaultValueFactory = _ => 1, Description = "How many seeds; three or more give intervals over seeds." }.InRange(1, 100);
    private static readonly Option<ulong> FirstSeed = new("--first-seed")
    { DefaultValueFactory = _ => 1, Description = "The first of them; the others follow it." };
    private static readonly Option<string?> Rows = new("--rows")
    { Description = "Only these rows, by id, with commas; what they start from is added." };
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<string?> From = new("--from")
    { Description = "A results.json whose finished runs of the same configuration, data and code are taken over instead of run." };
    private static readonly Option<string?> Budget = new("--budget")
    { Description = "Stop after so long, e.g. 90m or 1.5h; call again to go on." };
    private static readonly Option<double> Length = new Option<double>("--length")
    {
        DefaultValueFactory = _ => 1,
        Description = "Multiplies the clips of every run, and so its steps: 0.1 for a tenth of the preset's."
    }.InRange(1e-6, 1000);
    private static readonly Option<int?> Batch = new Option<int?>("--batch")
    { Description = "Clips a step instead of the preset's, at the same learning rates." }.InRange(1, 1_000_000);
    private static readonly Option<int?> Jobs = new Option<int?>("--jobs")
    { Description = "Runs at a time; default: one a core on the CPU, four of the small presets on a GPU, one of the others." }
        .InRange(1, 256);
    private static readonly Option<string?> Teacher = new("--teacher")
    {
        Description = "A SigLIP2 vision checkpoint (giant) or, for the synthetic world, a file of ./ivnext data train-teacher, "
        + "instead of the preset's."
    };
    private static readonly Option<string?> TextWeights = new("--text-weights")
    { Description = "ModernBERT-large's weights, for the text-initialised predictor." };
    private static readonly Option<string[]> Protocol = new("--protocol")
    { Description = "A probe protocol; may be repeated. Default: the preset's linear one.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<DirectoryInfo> Out = new("--out")
    { Required = true, Description = "Where runs, results.json, results.csv and report.html are written." };

    public static Command Create()
    {
        var command = new Command(
            "ablate",
            "Run the paper's ablation tables and put its numbers beside ours. What is finished is reused, what was interrupted goes on.")
        {
            CreateTable("all", "every table below", "--preset small --seeds 3 --device cuda"),
            CreateTable(
                "stage1", "the Stage 1 table: pixels, alignment, both; decoders, masks, depths",
                "--rows align,align-linear,align-diffusion --seeds 3"),
            CreateTable("stage2", "the Stage 2 table: teachers, predictors, masks, equal compute", "--rows stage2,fresh-predictor"),
            CreateTable("neighbours", "VideoMAE, V-JEPA and UMT as recipes of the same blocks", "--budget 30m"),
            CreateTable("bounds", "the bounds: random encoder, raw pixels, image teacher, supervised training", "--seeds 3"),
            CreateConditions(),
            CreateRows(),
            CreateWorker(),
        };
        return command;
    }

    private static Command CreateTable(string table, string what, string example)
    {
        var command = new Command(table,
            $"""
            Run {what}.

            Examples:
              ./ivnext ablate {table} --preset mini --out runs/ablation
              ./ivnext ablate {table} {example} --out runs/{table}
            """)
        { Preset, Data, Seeds, FirstSeed, Rows, Device, Budget, Length, Batch, Jobs, Teacher, TextWeights, Protocol, From, Out };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, table, cancellation));
        return command;
    }

    private static Command CreateConditions()
    {
        var clips = new Option<int>("--clips")
        { DefaultValueFactory = _ => 32_000, Description = "Clips that each classifier is trained on." }.InRange(16, 10_000_000);
        var command = new Command("conditions",
            """
            Measure what the synthetic world promises: classifiers trained with labels on single frames, at every index, and on unordered
            bags of frames stay at chance on motion (a bag may find the axis, not the direction). The other two conditions, what the same
            encoder learns with labels and what a random one tells, are the rows supervised and random-encoder of `ablate bounds`.

            Example:
              ./ivnext ablate conditions --preset mini --seeds 3 --out runs/conditions
            """)
        { Preset, Seeds, FirstSeed, clips, Out };
        command.SetAction((parsed, cancellation) => Task.Run(
            () => ConditionsRun.Run(
                parsed.GetValue(Preset)!, SeedsOf(parsed), parsed.GetValue(clips), parsed.GetValue(Out)!.FullName,
                cancellation), cancellation));
        return command;
    }

    private static IReadOnlyList<ulong> SeedsOf(ParseResult parsed)
    {
        var (count, first) = (parsed.GetValue(Seeds), parsed.GetValue(FirstSeed));
        if (first > ulong.MaxValue - (ulong)(count - 1))
            throw new ConfigurationException($"{FirstSeed.Name} {first}: {count} seeds from there go beyond the largest, {ulong.MaxValue}");
        return [.. Enumerable.Range(0, count).Select(i => first + (ulong)i)];
    }

    private static Command CreateWorker()
    {
        var folder = new Option<DirectoryInfo>("--out") { Required = true };
        var run = new Option<string>("--run") { Required = true };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 1 };
        var command = new Command("worker", "One run of an ablation, in a process of its own; started by ablate.") { folder, run, threads };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => AblationWorker.RunAsync(
            parsed.GetValue(folder)!.FullName, parsed.GetValue(run)!, parsed.GetValue(threads), cancellation));
        return command;
    }

    private static Command CreateRows()
    {
        var id = new Argument<string?>("ID") { Arity = ArgumentArity.ZeroOrOne, Description = "One row, in full." };
        var command = new Command("rows",
            """
            List every row: its id, what it changes, the paper's number, and the time that it took here; or show one in full.

            Examples:
              ./ivnext ablate rows
              ./ivnext ablate rows align-diffusion --preset mini
            """) { id, Preset };
        command.SetAction(parsed =>
        {
            var (output, preset) = (parsed.InvocationConfiguration.Output, parsed.GetValue(Preset)!);
            if (parsed.GetValue(id) is { } name) ShowRow(AblationRows.Find(name), preset, output);
            else ShowRows(preset, output);
            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowRow(AblationRow row, string preset, TextWriter output)
    {
        output.WriteLine($"{row.Title}. {row.Purpose}");
        if (row.Neighbour is { } neighbour) output.WriteLine($"Compared with {neighbour}; differs in {string.Join(", ", row.Changes)}.");
        RecipeDisplay.Write(RecipeNote.OfRow(row, preset, RecipeDisplay.Measured), output);
    }

    private static void ShowRows(string preset, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("id", "table", "row", "differs from", "in", "paper K400 / SSv2", $"time at {preset}");
        foreach (var row in AblationRows.All)
            table.AddRow(
                row.Id, row.Table.ToString(), Markup.Escape(row.Title), row.Neighbour ?? "", string.Join(", ", row.Changes),
                row.Reported is { } r ? string.Create(CultureInfo.InvariantCulture, $"{r.Appearance:0.0} / {r.Motion:0.0}") : "",
                RecipeNote.OfRow(row, preset, RecipeDisplay.Measured).Time.Split(", the median")[0]);
        ConsoleOutput.For(output).Write(table);
        output.WriteLine("The paper's numbers: linear probing, 32 GPUs, batch 1024, 30 + 30 epochs. One in full: ./ivnext ablate rows ID");
    }

    private static async Task<int> RunAsync(ParseResult parsed, string table, CancellationToken cancellation)
    {
        ProcessPlan.RequireAlone("ablate", Environment.GetEnvironmentVariable);
        var folder = parsed.GetValue(Out)!.FullName;
        var request = Request(parsed, table);
        DeviceOption.Open(request.Settings.Device);
        var plan = await request.PlanAsync(folder, cancellation).ConfigureAwait(false);
        using var held = AblationLock.Take(folder);
        request.Write(folder);
        foreach (
            var (row, warning) in plan.Runs.Where(r => r.Config is not null)
            .SelectMany(r => ConfigWarnings.Of(r.Config!).Select(w => (r.Row.Id, w))).Distinct())
            await Console.Error.WriteLineAsync($"ivnext: row {row}: warning: {warning}").ConfigureAwait(false);
        foreach (var (row, reason) in plan.LeftOut) Console.WriteLine($"Left out: {row.Id}; {reason}.");
        var (jobs, threads) = Workers(parsed, plan.Settings);
        var runner = new AblationRunner(plan, folder);
        if (parsed.GetValue(From) is { } made)
            Console.WriteLine($"{runner.Adopt(AblationResults.Load(made).Results)} results are taken over from {made}.");
        var missing = plan.Runs.Where(run => runner.Finished(run) is null).ToList();
        var estimate = await AblationEstimate.MeasureAsync(plan, missing, cancellation).ConfigureAwait(false);
        var total = estimate.Sum(missing);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{plan.Runs.Count} runs, {plan.Runs.Count - missing.Count} of them finished already. About "
                + $"{Readable.Time(AblationEstimate.Span(missing, jobs, estimate.Of))} with {jobs} at a time "
                + $"({total.TotalHours:0.00} {(plan.Settings.Device == "cpu" ? "core" : "device")} hours in all)."));
        var words = parsed.Tokens.Select(t => t.Value).ToList();
        var scheduler = new AblationScheduler(plan, folder, estimate, jobs, threads, BudgetOf(parsed.GetValue(Budget)));
        scheduler.TakeFinished();
        await new AblationDisplay(scheduler, plan.Runs.Count).RunAsync(cancellation).ConfigureAwait(false);
        return await FinishAsync(plan, runner, scheduler, folder, words).ConfigureAwait(false);
    }

    private static async Task<int> FinishAsync(
        AblationPlan plan, AblationRunner runner, AblationScheduler scheduler, string folder, List<string> words)
    {
        new AblationResults(scheduler.Results).Save(folder);
        // The report is made of what there is, also after Ctrl-C.
        var report = await new AblationReport(
            plan, runner, scheduler.Results, $"./ivnext {ShellWords.JoinForOthers(words)}").WriteAsync(folder, CancellationToken.None)
            .ConfigureAwait(false);
        AblationTables.Show(plan, scheduler.Results);
        foreach (var (run, reason) in scheduler.Failed) await Console.Error.WriteLineAsync($"ivnext: {run.Name} failed: {reason}")
            .ConfigureAwait(false);
        Console.WriteLine($"Done in {Readable.Time(scheduler.Elapsed)}. Open {report}");
        if (scheduler.Missing.Count > 0) Console.WriteLine(
            $"{scheduler.Missing.Count} runs are still to be done; nothing is lost. Go on with:\n  ./ivnext {ShellWords.Join(words)}");
        return scheduler.Failed.Count == 0 && (scheduler.Missing.Count == 0 || scheduler.BudgetIsSpent) ? ExitCode.Done : ExitCode.Failed;
    }

    private static AblationRequest Request(ParseResult parsed, string table)
    {
        var rows = parsed.GetValue(Rows) is { } ids
            ? [.. ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(AblationRows.Find)]
            : table == "all" ? AblationRows.All : AblationRows.Of(Enum.Parse<AblationTable>(table, ignoreCase: true));
        var settings = new AblationSettings
        {
            Preset = parsed.GetValue(Preset)!,
            Device = parsed.GetValue(Device)!,
            Length = parsed.GetValue(Length),
            BatchSize = parsed.GetValue(Batch),
            Teacher = parsed.GetValue(Teacher) is { } teacher ? TeacherOf(teacher, parsed.GetValue(Preset)!) : null,
            TextWeights = parsed.GetValue(TextWeights) is { } text ? Path.GetFullPath(text) : null,
            Protocols = parsed.GetValue(Protocol) ?? [],
        };
        settings.Validate();
        return new AblationRequest
        {
            Settings = settings,
            Rows = [.. rows.Select(row => row.Id)],
            Seeds = SeedsOf(parsed),
            Manifest = parsed.GetValue(Data) is { } manifest ? Path.GetFullPath(manifest) : null,
        };
    }

    private static ImageTeacherConfig TeacherOf(string path, string preset) => Presets.Stage1(preset).Teacher switch
    {
        ShapesTeacherConfig shapes => shapes with { Path = Path.GetFullPath(path) },
        SiglipTeacherConfig siglip => siglip with { Path = Path.GetFullPath(path) },
        _ => throw new ConfigurationException($"--teacher: preset {preset} has no image teacher"),
    };

    private static (int Jobs, int Threads) Workers(ParseResult parsed, AblationSettings settings)
    {
        var onCpu = settings.Device == "cpu";
        var few = settings.Preset is "base" or "large" or "1b";
        var jobs = parsed.GetValue(Jobs) ?? (onCpu ? Environment.ProcessorCount : few ? 1 : 4);
        return (jobs, Math.Max(1, Environment.ProcessorCount / jobs));
    }

    private static TimeSpan? BudgetOf(string? text)
    {
        if (text is null) return null;
        var match = BudgetForm().Match(text);
        if (!match.Success
            || !double.TryParse(match.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number <= 0)
            throw new ConfigurationException($"--budget {text}: expected a number with h, m or s, for example 90m");
        return match.Groups[2].Value switch
        {
            "h" => TimeSpan.FromHours(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromSeconds(number),
        };
    }

    [GeneratedRegex("^([0-9.]+)([hms])$")]
    private static partial Regex BudgetForm();
}
