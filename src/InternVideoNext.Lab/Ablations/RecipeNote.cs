using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>What stands at the head of a recipe. <i>Method</i> numbers are those of <c>NAMES.md</c>.</summary>
/// <param name="Section">Where the paper treats it.</param>
/// <param name="Reported">What the paper reports, and how that was measured.</param>
/// <param name="Hardware">What the paper's number took.</param>
/// <param name="Time">What it takes here, and on what that was measured; <see cref="NotMeasured"/>.</param>
/// <param name="Command">What runs it.</param>
public sealed record RecipeNote(string Section, string Reported, string Hardware, string Time, string Command)
{
    /// <summary>The time of what nobody has measured.</summary>
    public const string NotMeasured = "not measured";

    private const string Nothing = "nothing of this", NoHardware = "-";

    /// <summary>The lines, each with its name.</summary>
    public IReadOnlyList<(string Name, string Text)> Lines =>
        [("paper", Section), ("reported", Reported), ("hardware", Hardware), ("time here", Time), ("command", Command)];

    /// <summary>A preset's stage.</summary>
    /// <param name="preset">One of <see cref="Presets.Names"/>.</param>
    /// <param name="stage">1 or 2.</param>
    /// <param name="measured">Finished runs, to tell times from.</param>
    /// <exception cref="ConfigurationException">There is no such preset.</exception>
    public static RecipeNote OfStage(string preset, int stage, IReadOnlyList<AblationResult> measured)
    {
        var isSynthetic = Presets.Stage1(preset).Data.Size < 224;
        var row = stage == 1 ? Stage1Rows.AlignDiffusion : Stage2Rows.Full;
        var section = SectionOf(row.Table);
        if (isSynthetic) return OfRow(row, preset, measured) with
        {
            Section = section,
            Reported = $"{Nothing} size: it is ours, for the embedded world",
            Hardware = NoHardware,
        };
        var system = ReportedSystem.MainTable.FirstOrDefault(
            s => s.Name.Equals($"InternVideo-Next {preset}", StringComparison.OrdinalIgnoreCase));
        var folder = $"runs/{preset}-stage{stage}";
        return new(
            section,
            (stage, system) switch
            {
                (1, _) => $"not by itself; its ablation's best Stage 1: {Linear(Stage1Rows.TextPredictor.Reported!)}",
                (_, { } s) => Text($"{s.Kinetics:0.0} / {s.SomethingSomething:0.0} / {s.Coin:0.0} (attentive probing, K400 / SSv2 / COIN)"),
                _ => $"{Nothing} size",
            },
            system is null ? NoHardware
                : Text($"64 A100, batch 2048, 50 + 100 epochs, {system.GpuHours:0.0} thousand GPU hours for both stages (method 8, 9)"),
            TimeOf(row.Id, preset, measured),
            $"./ivnext train stage{stage} --preset {preset} --data MANIFEST --out {folder}"
                + (stage == 2 ? $" --start runs/{preset}-stage1" : ""));
    }

    /// <summary>A row of the tables.</summary>
    /// <param name="row">The row.</param>
    /// <param name="preset">The size that it is run at.</param>
    /// <param name="measured">Finished runs, to tell times from.</param>
    public static RecipeNote OfRow(AblationRow row, string preset, IReadOnlyList<AblationResult> measured) => new(
        SectionOf(row.Table) + PartOf(row),
        row.Reported is { } reported ? Linear(reported) : $"{Nothing} row",
        row.Reported is null ? NoHardware : "32 GPUs, batch 1024, 30 + 30 epochs (method 8)",
        TimeOf(row.Id, preset, measured),
        $"./ivnext ablate {row.Table.ToString().ToLowerInvariant()} --preset {preset} --rows {row.Id} --out runs/{preset}");

    /// <summary>A probe protocol.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="measured">Finished runs, to tell times from.</param>
    public static RecipeNote OfProtocol(ProbeProtocol protocol, IReadOnlyList<AblationResult> measured)
    {
        var kind = protocol.Kind == ProbeKind.NearestNeighbour ? "knn" : protocol.Kind.ToString().ToLowerInvariant();
        var seconds = measured.Where(r => r.Probes.Any(p => p.Result.Protocol == protocol.Name)).Select(r => r.ProbeSeconds).ToList();
        var best = ReportedSystem.MainTable.Where(s => s.GpuHours is not null).Select(s =>
            Text($"{s.Name} {s.Kinetics:0.0} / {s.SomethingSomething:0.0} / {s.Coin:0.0}"));
        return new(
            "probes (method 10)",
            (protocol.DataSet, protocol.Kind) switch
            {
                (null, _) => $"{Nothing} protocol",
                (_, ProbeKind.Linear) => $"the ablations; the whole method: {Linear(Stage2Rows.Full.Reported!)}",
                _ => $"attentive probing, by one of these protocols: {string.Join(", ", best)} (K400 / SSv2 / COIN)",
            },
            NoHardware,
            seconds.Count == 0 ? NotMeasured
                : $"{Readable.Time(Median(seconds))} for all probes of a run at {measured[0].Settings.Preset}, {On(measured)}",
            $"./ivnext probe {kind} --protocol {protocol.Name} --checkpoint RUN --data MANIFEST --label NAME");
    }

    private static string PartOf(AblationRow row) => row.Changes switch
    {
        ["masking" or "masking.trim" or "masking.ratio", ..] => "; masking policies (method 5)",
        ["model.predictor" or "predictor_start", ..] => "; predictor (method 2)",
        ["model.decoder", ..] => "; decoders (method 3)",
        _ => "",
    };

    private static string SectionOf(AblationTable table) => table switch
    {
        AblationTable.Stage1 => "Stage 1, semantic-guided pixel reconstruction (method 6)",
        AblationTable.Stage2 => "Stage 2, latent prediction (method 7)",
        AblationTable.Neighbours => "a neighbouring method from the same blocks; no table of the paper's",
        _ => "a bound; no table of the paper's",
    };

    private static string TimeOf(string row, string preset, IReadOnlyList<AblationResult> measured)
    {
        var runs = measured.Where(r => r.Row == row && r.Settings.Preset == preset).ToList();
        if (runs.Count == 0) return NotMeasured;
        var probes = $"probes {Readable.Time(Median(runs.Select(r => r.ProbeSeconds)))}";
        var training = runs[0].Config is null ? "" : $"training {Readable.Time(Median(runs.Select(r => r.TrainingSeconds)))}, ";
        return $"{training}{probes}, {On(runs)}";
    }

    private static string On(IReadOnlyList<AblationResult> runs) =>
        $"the median of {runs.Count} runs, {string.Join(" or ", runs.Select(r => r.Hardware.Processor).Distinct())}";

    private static TimeSpan Median(IEnumerable<double> seconds)
    {
        var sorted = seconds.Order().ToList();
        return TimeSpan.FromSeconds(sorted[sorted.Count / 2]);
    }

    private static string Linear(ReportedAccuracy reported) =>
        Text($"{reported.Appearance:0.0} / {reported.Motion:0.0} (linear probing, K400 / SSv2)");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
