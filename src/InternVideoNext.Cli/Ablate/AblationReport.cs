using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Interactive;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The tables, orderings, curves and pictures of an ablation on one page that opens offline.</summary>
internal sealed class AblationReport(AblationPlan plan, AblationRunner runner, IReadOnlyList<AblationResult> results, string command)
{
    private static readonly IReadOnlyList<(AblationTable Table, string Heading, string Text)> Tables =
    [
        (AblationTable.Stage1, "Stage 1: semantic-guided pixel reconstruction",
            "What the encoder is trained with before Stage 2. The paper's columns are linear probes on Kinetics-400 and "
                + "Something-Something V2 of a Base model; ours are on the synthetic world's appearance and motion. Compare orders and "
                + "differences, not values."),
        (AblationTable.Stage2, "Stage 2: latent prediction",
            "Whose latents are predicted, by which predictor, behind which masks; all from the same Stage 1 of the same seed."),
        (AblationTable.Neighbours, "Neighbouring methods as recipes of the same blocks",
            "At this size, length and optimiser: not those papers' own settings."),
        (AblationTable.Bounds, "Bounds",
            "What is to be had without pre-training, and what the same encoder reaches when trained with labels."),
    ];

    public async Task<string> WriteAsync(string folder, CancellationToken cancellation)
    {
        var seeds = results.Select(r => r.Seed).Distinct().Order().ToList();
        var report = new HtmlReport($"InternVideo-Next ablations, size {plan.Settings.Preset}")
        {
            Lead = string.Create(CultureInfo.InvariantCulture,
                $"{results.Count} runs of {results.Select(r => r.Row).Distinct().Count()} rows over {seeds.Count} seed(s). "
                    + $"{plan.Data.Description}. {LengthText()}"),
            Origin = new ReportOrigin(command, ConfigurationText(), seeds.Count > 0 ? seeds[0] : 0) { Details = Details(seeds) },
        };
        foreach (var (table, heading, text) in Tables) AddTable(report, table, heading, text);
        AddReadouts(report);
        AddPlaces(report);
        AddClaims(report);
        AddMainTable(report);
        AddCurves(report);
        var pictures = new AblationPictures(plan, runner, results);
        await pictures.AddClipsAsync(report, cancellation).ConfigureAwait(false);
        await pictures.AddBehindTheMaskAsync(report, cancellation).ConfigureAwait(false);
        AddCommands(report);
        var path = Path.Combine(folder, "report.html");
        report.Write(path);
        return path;
    }

    private string LengthText() => plan.Settings switch
    {
        { Length: 1, BatchSize: null } => "Every run has the preset's own length.",
        { BatchSize: { } batch } s => FormattableString.Invariant(
            $"Reduced: every run sees {s.Length:0.####} of the preset's clips, {batch} a step at the preset's learning rates."),
        var s => FormattableString.Invariant($"Reduced: every run sees {s.Length:0.####} of the preset's clips."),
    };

    private List<(string, object?)> Details(List<ulong> seeds)
    {
        var hardware = results.Select(
            r => $"{r.Hardware.Device}, {r.Hardware.Processor}, {r.Hardware.Threads} thread(s) a run, libtorch {r.Hardware.TorchVersion}")
            .Distinct();
        return
        [
            ("Seeds", string.Join(", ", seeds)),
            ("Code", string.Join(", ", results.Select(r => r.Code).Distinct())),
            ("Hardware", string.Join("; ", hardware)),
            ("Training, summed over runs", Readable.Time(TimeSpan.FromSeconds(results.Sum(r => r.TrainingSeconds)))),
            ("Probing, summed over runs", Readable.Time(TimeSpan.FromSeconds(results.Sum(r => r.ProbeSeconds)))),
        ];
    }

    private string ConfigurationText() =>
        results.Select(r => r.Config).OfType<Stage1Config>().FirstOrDefault() is { } config ? ConfigJson.Write(config) : "";

    private void AddTable(HtmlReport report, AblationTable table, string heading, string text)
    {
        var byLabel = plan.Data.Labels.Keys.Order(StringComparer.Ordinal)
            .ToDictionary(l => l, l => AblationSummary.Of(results, l, plan.Settings.ReadoutFor(l)));
        var left = plan.LeftOut.Where(r => r.Row.Table == table).ToList();
        var ids = AblationRows.Of(table).Select(r => r.Id).Where(id => byLabel.Values.Any(s => s.Any(r => r.Row.Id == id))).ToList();
        if (ids.Count == 0 && left.Count == 0) return;
        // What a table's rows are compared with stands above them.
        if (table == AblationTable.Stage2 && byLabel.Values.Any(s => s.Any(r => r.Row.Id == "align-diffusion")))
            ids.Insert(0, "align-diffusion");
        var readouts = string.Join(", ", byLabel.Keys.Select(l => $"{l} by the readout {plan.Settings.ReadoutFor(l)}"));
        var section = report.Section(heading)
            .Paragraph($"{text} Top-1 on held-out clips, mean and standard deviation over seeds; {readouts}.");
        foreach (var (label, summaries) in byLabel)
            section.Add(
                AblationView.Rows(label, ids.Select(id => summaries.FirstOrDefault(s => s.Row.Id == id)).OfType<AblationSummary>()));
        section.List([
            .. ids.Select(AblationRows.Find)
                .Select(row => $"{row.Title}: {row.Purpose} ({row.Id}, {results.First(r => r.Row == row.Id).TrainingClips} clips)"),
            .. left.Select(r => $"{r.Row.Title}: not run; {r.Reason}.")]);
    }

    private void AddReadouts(HtmlReport report)
    {
        var readouts = plan.Settings.Readouts.Select(r => r.Name)
            .Where(name => results.Any(r => r.Probes.Any(p => p.Readout == name))).ToList();
        if (readouts.Count < 2) return;
        var labels = plan.Data.Labels.Keys.Order(StringComparer.Ordinal).ToList();
        var section = report.Section("Encoder and predictor, all readouts")
            .Paragraph("Probes on the encoder's tokens of whole clips, and on the predictor's output at hidden tokens of clips that are "
                + "three quarters hidden: what a model believes of what it does not see. Verdicts are taken on the readouts fixed in "
                + $"advance: {string.Join(", ", labels.Select(l => $"{l} by {plan.Settings.ReadoutFor(l)}"))}.");
        foreach (var label in labels) section.Add(AblationView.Readouts(results, readouts, [label]));
    }

    private void AddPlaces(HtmlReport report)
    {
        if (!results.Any(r => r.Place is not null)) return;
        report.Section("Behind the mask")
            .Paragraph("Where is the actor's centre, in frames where it lies in a hidden cell? One linear map, the same for every cell, "
                + "scores the predictor's output at each hidden cell; fitted on the probing clips; a frame's highest score counts.")
            .Add(AblationView.Places(results));
    }

    private void AddClaims(HtmlReport report)
    {
        report.Section("The paper's orderings")
            .Paragraph(
                "An ordering holds here if the 95 % interval of the difference lies above 0, fails if it lies below, and is undecided "
                + "otherwise. The interval is Student's over seeds, the rows paired by seed; fewer than five seeds decide nothing.")
            .Add(AblationView.Claims(
                AblationClaims.All.Where(c => plan.Data.Labels.ContainsKey(c.Label)), results, plan.Settings.ReadoutFor));
    }

    private static void AddMainTable(HtmlReport report) => report.Section("The paper's main table")
        .Paragraph("Attentive probing at full scale, as reported by the paper; nothing of it was run here.")
        .Add(new ResultTable(
            ["System", new TableColumn("K400 %") { Format = "0.0" }, new TableColumn("SSv2 %")
                { Format = "0.0" }, new TableColumn("COIN %") { Format = "0.0" }, "GPU hours", "Source"],
            ReportedSystem.MainTable.Select(
                s => (IReadOnlyList<object?>)[s.Name, s.Kinetics, s.SomethingSomething, s.Coin,
                s.GpuHours is { } h ? $"{h.ToString(CultureInfo.InvariantCulture)} K" : null, "reported"])));

    private void AddCurves(HtmlReport report)
    {
        var first = plan.Runs.Where(run => run.Seed == plan.Runs[0].Seed && results.Any(r => r.Hash == run.Hash && r.Row == run.Row.Id))
            .ToList();
        var section = report.Section("Loss curves")
            .Paragraph("One seed. Losses of different rows have different parts; a row's parts are what to compare.");
        foreach (var table in Enum.GetValues<AblationTable>())
        {
            var runs = first.Where(run => run.Row.Table == table && run.Config is not null).ToList();
            if (runs.Count == 0) continue;
            var byPart = runs.Select(run => (run, Metrics: MetricsFile.Read(new RunFolder(runner.FolderOf(run)).MetricsFile)))
                .Where(r => r.Metrics.Count > 0).ToList();
            foreach (var part in byPart.SelectMany(r => r.Metrics[0].Parts.Keys).Distinct())
            {
                var lines = byPart.Where(r => r.Metrics[0].Parts.ContainsKey(part)).Select(r => new LineSeries(
                    r.run.Row.Id, [.. r.Metrics.Select(m => (double)m.Step)], r.Metrics.Select(m => m.Parts[part] ?? double.NaN)));
                section.Add(new LineChart($"{table}: {part}", "step", part, lines) { Smoothing = 0.9, MaxPoints = 300 });
            }
        }
    }

    private void AddCommands(HtmlReport report)
    {
        var length = plan.Settings.Length == 1 ? "" : FormattableString.Invariant($" --length {plan.Settings.Length}");
        var batch = plan.Settings.BatchSize is { } clips ? $" --batch {clips}" : "";
        var commands = results.Select(r => r.Row).Distinct()
            .Select(id => $"./ivnext ablate all --preset {plan.Settings.Preset}{length}{batch} --rows {id} --out runs/{id}")
            .Append("./ivnext rerun results.json --row align-diffusion");
        report.Section("Run a row again")
            .Paragraph("Each row by itself (with what it starts from); and any finished run from this report's results file.")
            .Preformatted(string.Join('\n', commands));
    }
}
