using System.Globalization;
using System.Text;
using System.Text.Json;
using InternVideoNext.Foundation;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Ablations;

/// <summary>
/// The results of an ablation as files: <c>results.json</c>, from which every run can be made again, and <c>results.csv</c>.
/// </summary>
/// <param name="Results">One for each run.</param>
public sealed record AblationResults(IReadOnlyList<AblationResult> Results)
{
    /// <summary>Writes <c>results.json</c> and <c>results.csv</c> into a folder, each aside and renamed.</summary>
    public void Save(string folder)
    {
        AsideFile.Write(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(this, SnakeCaseJson.Indented));
        AsideFile.Write(Path.Combine(folder, "results.csv"), ToCsv());
    }

    /// <summary>Reads <c>results.json</c>, or the <c>result.json</c> of a single run.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="Foundation.ConfigurationException">It is neither, or is damaged.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static AblationResults Load(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>As <see cref="Load"/>, from a text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for error messages.</param>
    /// <exception cref="Foundation.ConfigurationException">It is neither, or is damaged.</exception>
    public static AblationResults Parse(string json, string source) =>
        json.AsSpan().IndexOf("\"results\"") >= 0 ? SnakeCaseJson.Read<AblationResults>(json, source)
            : new([AblationResult.FromJson(json, source)]);

    /// <summary>One row for each run, label and readout, with the columns of <c>results.csv</c>; accuracies in 0..1.</summary>
    public DataFrame ToDataFrame()
    {
        var rows = Results.SelectMany(run => run.Probes.Select(probe => (run, probe))).ToList();
        return new DataFrame(Columns.Select(c => FrameColumn.Of(c.Name, c.Type, rows.Select(row => c.Of(row.run, row.probe)))));
    }

    /// <summary>One line for each run, label and readout, with a header.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder().AppendJoin(',', Columns.Select(column => column.Name)).Append('\n');
        foreach (var run in Results)
            foreach (var probe in run.Probes)
                text.AppendJoin(',', Columns.Select(column => column.Cell(run, probe))).Append('\n');
        return text.ToString();
    }

    private sealed record Column(string Name, Type Type, Func<AblationResult, AblationProbe, object?> Of, string Format = "{0}")
    {
        public string Cell(AblationResult run, AblationProbe probe) => string.Format(CultureInfo.InvariantCulture, Format, Of(run, probe));
    }

    private const string Share = "{0:0.0000}", Seconds = "{0:0.0}";

    private static readonly IReadOnlyList<Column> Columns =
    [
        new("row", typeof(string), (run, _) => run.Row),
        new("table", typeof(string), (run, _) => Known(run.Row)?.Table),
        new("seed", typeof(ulong), (run, _) => run.Seed),
        new("preset", typeof(string), (run, _) => run.Settings.Preset),
        new("length", typeof(double), (run, _) => run.Settings.Length),
        new("label", typeof(string), (_, probe) => probe.Result.Label),
        new("readout", typeof(string), (_, probe) => probe.Readout),
        new("protocol", typeof(string), (_, probe) => probe.Result.Protocol),
        new("top1", typeof(double), (_, probe) => probe.Result.Top1, Share),
        new("top5", typeof(double), (_, probe) => probe.Result.Top5, Share),
        new("low", typeof(double), (_, probe) => probe.Result.Interval.Low, Share),
        new("high", typeof(double), (_, probe) => probe.Result.Interval.High, Share),
        new("chance", typeof(double), (_, probe) => probe.Result.Chance, Share),
        new("reported", typeof(double), (run, probe) => Reported(run.Row, probe.Result.Label)),
        new("test_used", typeof(int), (_, probe) => probe.Result.TestUsed),
        new("test_expected", typeof(int), (_, probe) => probe.Result.TestExpected),
        new("train_used", typeof(int), (_, probe) => probe.Result.TrainUsed),
        new("train_expected", typeof(int), (_, probe) => probe.Result.TrainExpected),
        new("training_clips", typeof(long), (run, _) => run.TrainingClips),
        new("training_seconds", typeof(double), (run, _) => run.TrainingSeconds, Seconds),
        new("probe_seconds", typeof(double), (run, _) => run.ProbeSeconds, Seconds),
        new("skipped_steps", typeof(long), (run, _) => run.SkippedSteps),
        new("effective_rank", typeof(double), (run, _) => run.Features.EffectiveRank, "{0:0.00}"),
        new("device", typeof(string), (run, _) => run.Hardware.Device),
        new("processor", typeof(string), (run, _) => run.Hardware.Processor, "\"{0}\""),
        new("threads", typeof(int), (run, _) => run.Hardware.Threads),
        new("code", typeof(string), (run, _) => run.Code),
        new("hash", typeof(string), (run, _) => run.Hash[..16]),
        new("model_sha256", typeof(string), (run, _) => run.ModelSha256),
    ];

    private static AblationRow? Known(string id) => AblationRows.All.FirstOrDefault(row => row.Id == id);

    private static double? Reported(string id, string label) => (Known(id)?.Reported, label) switch
    {
        ({ } reported, AblationClaims.Appearance) => reported.Appearance,
        ({ } reported, AblationClaims.Motion) => reported.Motion,
        _ => null,
    };
}
