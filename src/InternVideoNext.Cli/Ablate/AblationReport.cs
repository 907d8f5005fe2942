using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Configuration;
using InternVideoNext.Interactive;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The tables, orderings, curves and pictures of an ablation on one page that opens offline.</summary>
internal sealed class AblationReport(AblationPlan plan, AblationRunner runner, IReadOnlyList<AblationResult> results, string command)
{
    private const int ShownClips = 2;

    private static readonly IReadOnlyList<(AblationTable Table, string Heading, string Text)> Tables =
    [
        (AblationTable.Stage1, "Stage 1: semantic-guided pixel reconstruction",
            "What the encoder is trained with before Stage 2. The paper's columns are linear probes on Kinetics-400 and Something-Something V2 of a Base model; ours are on the synthetic world's appearance and motion. Compare orders and differences, not values."),
        (AblationTable.Stage2, "Stage 2: latent prediction",
            "Whose latents are predicted, by which predictor, behind which masks; all from the same Stage 1 of the same seed."),
        (AblationTable.Neighbours, "Neighbouring methods as recipes of the same blocks",
            "At this size, length and optimiser: not those papers' own settings."),
        (AblationTable.Bounds, "Bounds", "What is to be had without pre-training, and what the same encoder reaches when trained with labels."),
    ];

    public async Task<string> WriteAsync(string folder, CancellationToken cancellation)
    {
        var seeds = results.Select(r => r.Seed).Distinct().Order().ToList();
        var report = new HtmlReport($"InternVideo-Next ablations, size {plan.Settings.Preset}")
        {
            Lead = string.Create(CultureInfo.InvariantCulture,
                $"{results.Count} runs of {results.Select(r => r.Row).Distinct().Count()} rows over {seeds.Count} seed(s). {plan.Data.Description}. {LengthText()}"),
            Origin = new ReportOrigin(command, ConfigurationText(), seeds.Count > 0 ? seeds[0] : 0) { Details = Details(seeds) },
        };
        foreach (var protocol in plan.Settings.ProbeProtocols)
        {
            foreach (var (table, heading, text) in Tables) AddTable(report, table, heading, text, protocol.Name);
            AddClaims(report, protocol.Name);
        }
        AddMainTable(report);
        AddCurves(report);
        await AddPicturesAsync(report, cancellation).ConfigureAwait(false);
        AddCommands(report);
        var path = Path.Combine(folder, "report.html");
        report.Write(path);
        return path;
    }

    private string LengthText() => plan.Settings switch
    {
        { Length: 1, BatchSize: null } => "Every run has the preset's own length.",
        { BatchSize: { } batch } s => string.Create(CultureInfo.InvariantCulture, $"Reduced: every run sees {s.Length:0.####} of the preset's clips, {batch} a step at the preset's learning rates."),
        var s => string.Create(CultureInfo.InvariantCulture, $"Reduced: every run sees {s.Length:0.####} of the preset's clips."),
    };

    private List<(string, object?)> Details(List<ulong> seeds)
    {
        var hardware = results.Select(r => $"{r.Hardware.Device}, {r.Hardware.Processor}, {r.Hardware.Threads} thread(s) a run, libtorch {r.Hardware.TorchVersion}").Distinct();
        return
        [
            ("Seeds", string.Join(", ", seeds)),
            ("Code", string.Join(", ", results.Select(r => r.Code).Distinct())),
            ("Hardware", string.Join("; ", hardware)),
            ("Training, summed over runs", TrainingDisplay.Duration(TimeSpan.FromSeconds(results.Sum(r => r.TrainingSeconds)))),
            ("Probing, summed over runs", TrainingDisplay.Duration(TimeSpan.FromSeconds(results.Sum(r => r.ProbeSeconds)))),
        ];
    }

    private string ConfigurationText() => results.Select(r => r.Config).OfType<Stage1Config>().FirstOrDefault() is { } config ? ConfigJson.Write(config) : "";

    private void AddTable(HtmlReport report, AblationTable table, string heading, string text, string protocol)
    {
        var byLabel = plan.Data.Labels.Keys.Order(StringComparer.Ordinal).ToDictionary(l => l, l => AblationSummary.Of(results, l, protocol));
        var left = plan.LeftOut.Where(r => r.Row.Table == table).ToList();
        var ids = AblationRows.Of(table).Select(r => r.Id).Where(id => byLabel.Values.Any(s => s.Any(r => r.Row.Id == id))).ToList();
        if (ids.Count == 0 && left.Count == 0) return;
        // What a table's rows are compared with stands above them.
        if (table == AblationTable.Stage2 && byLabel.Values.Any(s => s.Any(r => r.Row.Id == "align-diffusion"))) ids.Insert(0, "align-diffusion");
        var section = report.Section(heading).Paragraph($"{text} Probe protocol {protocol}: top-1 on held-out clips, mean and standard deviation over seeds.");
        foreach (var (label, summaries) in byLabel)
            section.Add(AblationView.Rows(label, ids.Select(id => summaries.FirstOrDefault(s => s.Row.Id == id)).OfType<AblationSummary>()));
        section.List([
            .. ids.Select(AblationRows.Find).Select(row => $"{row.Title}: {row.Purpose} ({row.Id}, {results.First(r => r.Row == row.Id).TrainingClips} clips)"),
            .. left.Select(r => $"{r.Row.Title}: not run; {r.Reason}.")]);
    }

    private void AddClaims(HtmlReport report, string protocol)
    {
        report.Section($"The paper's orderings ({protocol})")
            .Paragraph("An ordering holds here if the 95 % interval of the difference lies above 0, fails if it lies below, and is undecided otherwise. From three seeds on the interval is Student's over seeds; with fewer it is a bootstrap over test clips, which knows nothing of other seeds.")
            .Add(AblationView.Claims(AblationClaims.All.Where(c => plan.Data.Labels.ContainsKey(c.Label)), results, protocol));
    }

    private static void AddMainTable(HtmlReport report) => report.Section("The paper's main table")
        .Paragraph("Attentive probing at full scale, as reported by the paper; nothing of it was run here.")
        .Add(new ResultTable(
            ["System", new TableColumn("K400 %") { Format = "0.0" }, new TableColumn("SSv2 %") { Format = "0.0" }, new TableColumn("COIN %") { Format = "0.0" }, "GPU hours", "Source"],
            ReportedSystem.MainTable.Select(s => (IReadOnlyList<object?>)[s.Name, s.Kinetics, s.SomethingSomething, s.Coin, s.GpuHours is { } h ? $"{h.ToString(CultureInfo.InvariantCulture)} K" : null, "reported"])));

    private void AddCurves(HtmlReport report)
    {
        var first = plan.Runs.Where(run => run.Seed == plan.Runs[0].Seed && results.Any(r => r.Hash == run.Hash && r.Row == run.Row.Id)).ToList();
        var section = report.Section("Loss curves").Paragraph("One seed. Losses of different rows have different parts; a row's parts are what to compare.");
        foreach (var table in Enum.GetValues<AblationTable>())
        {
            var runs = first.Where(run => run.Row.Table == table && run.Config is not null).ToList();
            if (runs.Count == 0) continue;
            var byPart = runs.Select(run => (run, Metrics: MetricsFile.Read(new RunFolder(runner.FolderOf(run)).MetricsFile))).Where(r => r.Metrics.Count > 0).ToList();
            foreach (var part in byPart.SelectMany(r => r.Metrics[0].Parts.Keys).Distinct())
            {
                var lines = byPart.Where(r => r.Metrics[0].Parts.ContainsKey(part))
                    .Select(r => new LineSeries(r.run.Row.Id, [.. r.Metrics.Select(m => (double)m.Step)], r.Metrics.Select(m => m.Parts[part] ?? double.NaN)));
                section.Add(new LineChart($"{table}: {part}", "step", part, lines) { Smoothing = 0.9, MaxPoints = 300 });
            }
        }
    }

    private async Task AddPicturesAsync(HtmlReport report, CancellationToken cancellation)
    {
        var run = plan.Runs.FirstOrDefault(r => r.Row.Id == "align-diffusion" && results.Any(x => x.Hash == r.Hash && x.Row == r.Row.Id));
        if (run?.Config is not Stage1Config stage1) return;
        var clips = plan.Data.Open(AblationPart.Test, stage1.Data, run.Seed);
        await foreach (var batch in clips.Source.ReadOnce(ShownClips, cancellation).ConfigureAwait(false))
        {
            using var held = batch;
            var pictures = new StagePictures(runner.FolderOf(run), stage1 with { Training = stage1.Training with { Device = "cpu", Precision = Precision.Float32 } }, plan.Settings.Stage2(run.Seed));
            pictures.AddMasks(report, batch.Video);
            pictures.AddReconstructions(report, batch.Video);
            AddFeatureMaps(report, batch.Video);
            return;
        }
    }

    private void AddFeatureMaps(HtmlReport report, Tensor video)
    {
        using var scope = NewDisposeScope();
        var section = report.Section("Features as colours").Paragraph("The first three principal components of the tokens of one clip, encoder by encoder.");
        foreach (var id in new[] { "random-encoder", "pixel-linear", "align", "align-diffusion", "stage2" })
        {
            var run = plan.Runs.FirstOrDefault(r => r.Row.Id == id && results.Any(x => x.Hash == r.Hash && x.Row == r.Row.Id));
            if (run is null) continue;
            using var features = AblationFeatures.Open(run, plan.Settings with { Device = "cpu" }, runner.FolderOf(run));
            using var tokens = features.Of(video, Probes.FeatureKind.Tokens);
            section.Subheading(run.Row.Title).Add(new FeatureMap(tokens[0], plan.Settings.Stage1(run.Seed).Model.Encoder.Grid, video[0]));
        }
    }

    private void AddCommands(HtmlReport report)
    {
        var common = string.Create(CultureInfo.InvariantCulture, $"--preset {plan.Settings.Preset}{(plan.Settings.Length == 1 ? "" : $" --length {plan.Settings.Length}")}{(plan.Settings.BatchSize is { } b ? $" --batch {b}" : "")}");
        report.Section("Run a row again")
            .Paragraph("Each row by itself (with what it starts from); and any finished run from this report's results file.")
            .Preformatted(string.Join('\n', results.Select(r => r.Row).Distinct().Select(id => $"./ivnext ablate all {common} --rows {id} --out runs/{id}")) + "\n./ivnext rerun results.json --row align-diffusion");
    }
}
