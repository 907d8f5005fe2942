using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext bench data</c>: how fast clips are read, beside what bounds it.</summary>
internal static class BenchDataCommand
{
    private static readonly Option<string> Data = new("--data") { Required = true, Description = "A folder of videos or a manifest." };
    private static readonly Option<string?> Packed = new("--packed")
    { Description = "The manifest of the same set, packed by `data pack`; measured too." };
    private static readonly Option<double> Corrupt = new Option<double>("--corrupt")
    { Description = "Also measure with this share of the files damaged, for example 0.1." }.InRange(0, 0.99);
    private static readonly Option<int> Jobs = new Option<int>("--jobs")
    { DefaultValueFactory = _ => 1, Description = "Files decoded at a time." }.InRange(1, 1024);
    private static readonly Option<int> Runs = new Option<int>("--runs")
    { DefaultValueFactory = _ => 3, Description = "Times that each figure is taken; the median is shown." }.InRange(1, 1000);
    private static readonly Option<int> Frames = new Option<int>("--frames")
    { DefaultValueFactory = _ => 16, Description = "Frames a clip." }.InRange(1, 4096);
    private static readonly Option<int> Size = new Option<int>("--size")
    { DefaultValueFactory = _ => 224, Description = "Side of a clip in pixels." }.InRange(1, 4096);
    private static readonly Option<string?> Json = new("--json") { Description = "Also write every run's figures to this file." };

    public static Command Create()
    {
        var command = new Command("data",
            """
            Measure the loader: sparse clips as training reads them, beside one ffmpeg process decoding all files to nothing (the
            limit of sequential decoding) and one ffmpeg process a clip (the naive way). Files are probed before.

            Example:
              ./ivnext bench data --data videos/ --runs 5
            """) { Data, Packed, Corrupt, Jobs, Runs, Frames, Size, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var (runs, share) = (parsed.GetValue(Runs), parsed.GetValue(Corrupt));
        OutputPath.Require("--json", parsed.GetValue(Json));
        var config = new DataConfig
        {
            Frames = parsed.GetValue(Frames),
            Size = parsed.GetValue(Size),
            Workers = parsed.GetValue(Jobs),
            MaxBrokenFraction = 0.5,
        };
        var manifest = Manifest.Open(parsed.GetValue(Data)!);
        var work = Directory.CreateTempSubdirectory("ivnext-bench-");
        try
        {
            var benches = new List<(string Name, LoaderBenchmark Bench)> { ("loader", Bench(manifest, "plain")) };
            if (parsed.GetValue(Packed) is { } packed) benches.Add(("loader, packed", Bench(Manifest.Open(packed), "packed")));
            IReadOnlyList<string> damaged = [];
            if (share > 0)
            {
                (var spoilt, damaged) = DamagedCopies.Make(manifest, share, work.CreateSubdirectory("damaged").FullName, seed: 1);
                benches.Add((string.Create(CultureInfo.InvariantCulture, $"loader, {share:P0} damaged"), Bench(spoilt, "damaged-index")));
            }
            var ways = await MeasureAsync(benches, runs, cancellation).ConfigureAwait(false);
            Show(ways, manifest, config, runs);
            if (share > 0) ShowDamage(benches[^1].Bench, damaged);
            if (parsed.GetValue(Json) is { } path) WriteJson(path, ways, config);
        }
        finally
        {
            work.Delete(recursive: true);
        }
        return ExitCode.Done;

        LoaderBenchmark Bench(Manifest set, string name) => new(set, config, tools, work.CreateSubdirectory(name).FullName);
    }

    // By turns, so that what else the machine does meets every way alike.
    private static async Task<List<MeasuredWay>> MeasureAsync(
        List<(string Name, LoaderBenchmark Bench)> benches, int runs, CancellationToken cancellation)
    {
        var frames = 0L;
        for (var i = benches.Count - 1; i >= 0; i--) frames = await benches[i].Bench.PrepareAsync(cancellation).ConfigureAwait(false);
        var ways = new List<MeasuredWay> { new("limit: one ffmpeg, all files to nothing", []), new("naive: one ffmpeg a clip", []) };
        ways.AddRange(benches.Select(b => new MeasuredWay(b.Name, [])));
        for (var run = 0; run < runs; run++)
        {
            ways[0].Runs.Add(benches[0].Bench.Limit(frames, cancellation));
            ways[1].Runs.Add(await benches[0].Bench.NaiveAsync(cancellation).ConfigureAwait(false));
            foreach (var (i, (_, bench)) in benches.Index()) ways[i + 2].Runs.Add(
                await bench.LoaderAsync(cancellation).ConfigureAwait(false));
        }
        return ways;
    }

    private static void Show(List<MeasuredWay> ways, Manifest manifest, DataConfig config, int runs)
    {
        var limit = ways[0].Median(s => s.ClipsPerCoreSecond);
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("way", "clips/s a core", "frames/s a core", "of the limit", "clips/s by the clock");
        foreach (var way in ways)
            table.AddRow(
                Markup.Escape(way.Name), Number(way.Median(s => s.ClipsPerCoreSecond)), Number(way.Median(s => s.FramesPerCoreSecond), "0"),
                (way.Median(s => s.ClipsPerCoreSecond) / limit).ToString("P0", CultureInfo.InvariantCulture),
                    Number(way.Median(s => s.ClipsPerSecond)));
        ConsoleOutput.Write(table);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{manifest.Entries.Count} files; {config.Frames} sparse frames at {config.Size} px; {config.Workers} at a time; medians of "
                + $"{runs} runs; {Environment.ProcessorCount} cores. A core's second is one of processor time, ffmpeg's included."));
    }

    private static void ShowDamage(LoaderBenchmark bench, IReadOnlyList<string> damaged)
    {
        SkippedFilesDisplay.Write(bench.Skipped, bench.Damaged);
        var listed = bench.Skipped.Concat(bench.Damaged).Select(s => s.Path).Intersect(damaged, StringComparer.Ordinal).Count();
        Console.WriteLine(
            $"{damaged.Count} files were damaged; {listed} of them are listed above (ffmpeg makes frames up where only some are damaged).");
    }

    private static void WriteJson(string path, List<MeasuredWay> ways, DataConfig config)
    {
        var result = new BenchDataResult(Environment.ProcessorCount, config.Frames, config.Size, config.Workers, ways);
        AsideFile.Write(path, JsonSerializer.Serialize(result, SnakeCaseJson.Indented));
    }

    private static string Number(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>One way of reading and its runs.</summary>
internal sealed record MeasuredWay(string Name, List<LoaderSpeed> Runs)
{
    public double Median(Func<LoaderSpeed, double> figure)
    {
        var sorted = Runs.Select(figure).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

/// <summary>The file that <c>bench data --json</c> writes.</summary>
internal sealed record BenchDataResult(int Cores, int Frames, int Size, int Jobs, IReadOnlyList<MeasuredWay> Ways);
