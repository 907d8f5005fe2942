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

    /// <summary>One row for each run, label and readout; accuracies in 0..1.</summary>
    public DataFrame ToDataFrame()
    {
        var all = Results.SelectMany(r => r.Probes.Select(p => (Run: r, p.Readout, p.Result))).ToList();
        return new DataFrame(
            new StringDataFrameColumn("row", all.Select(a => a.Run.Row)),
            new StringDataFrameColumn("table", all.Select(a => AblationRows.Find(a.Run.Row).Table.ToString())),
            new UInt64DataFrameColumn("seed", all.Select(a => a.Run.Seed)),
            new StringDataFrameColumn("preset", all.Select(a => a.Run.Settings.Preset)),
            new StringDataFrameColumn("label", all.Select(a => a.Result.Label)),
            new StringDataFrameColumn("readout", all.Select(a => a.Readout)),
            new StringDataFrameColumn("protocol", all.Select(a => a.Result.Protocol)),
            new DoubleDataFrameColumn("top1", all.Select(a => a.Result.Top1)),
            new DoubleDataFrameColumn("low", all.Select(a => a.Result.Interval.Low)),
            new DoubleDataFrameColumn("high", all.Select(a => a.Result.Interval.High)),
            new DoubleDataFrameColumn("chance", all.Select(a => a.Result.Chance)),
            new DoubleDataFrameColumn("reported", all.Select(a => Reported(a.Run.Row, a.Result.Label) / 100)),
            new Int32DataFrameColumn("test_used", all.Select(a => a.Result.TestUsed)),
            new Int32DataFrameColumn("test_expected", all.Select(a => a.Result.TestExpected)),
            new Int64DataFrameColumn("training_clips", all.Select(a => a.Run.TrainingClips)),
            new DoubleDataFrameColumn("training_seconds", all.Select(a => a.Run.TrainingSeconds)));
    }

    /// <summary>One line for each run, label and readout, with a header.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder(
            "row,table,seed,preset,length,label,readout,protocol,top1,top5,low,high,chance,reported,"
            + "test_used,test_expected,train_used,train_expected," +
            "training_clips,training_seconds,probe_seconds,skipped_steps,effective_rank,device,processor,threads,code,hash,model_sha256\n");
        foreach (var r in Results)
            foreach (var (readout, probe, _) in r.Probes)
            {
                var row = AblationRows.All.FirstOrDefault(a => a.Id == r.Row);
                var reported = Reported(r.Row, probe.Label);
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"{r.Row},{row?.Table},{r.Seed},{r.Settings.Preset},{r.Settings.Length},{probe.Label},{readout},{probe.Protocol},"
                        + $"{probe.Top1:0.0000},{probe.Top5:0.0000},{probe.Interval.Low:0.0000},{probe.Interval.High:0.0000},"
                        + $"{probe.Chance:0.0000},{reported},{probe.TestUsed},{probe.TestExpected},{probe.TrainUsed},"
                        + $"{probe.TrainExpected},{r.TrainingClips},{r.TrainingSeconds:0.0},{r.ProbeSeconds:0.0},{r.SkippedSteps},"
                        + $"{r.Features.EffectiveRank:0.00},{r.Hardware.Device},\"{r.Hardware.Processor}\",{r.Hardware.Threads},"
                        + $"{r.Code},{r.Hash[..16]},{r.ModelSha256}");
            }
        return text.ToString();
    }

    private static double? Reported(string id, string label) => (AblationRows.All.FirstOrDefault(a => a.Id == id)?.Reported, label) switch
    {
        ({ } reported, AblationClaims.Appearance) => reported.Appearance,
        ({ } reported, AblationClaims.Motion) => reported.Motion,
        _ => null,
    };
}
