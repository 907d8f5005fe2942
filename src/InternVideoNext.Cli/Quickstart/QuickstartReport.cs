using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Interactive;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli.Quickstart;

/// <summary>Puts the quickstart's results into one page that opens offline.</summary>
internal static class QuickstartReport
{
    private const int ShownClips = 4;

    public static async Task<string> WriteAsync(
        QuickstartFolder folder, Stage1Config stage1, Stage2Config stage2, VideoClipSource source, Manifest train, QuickstartProbes? probes,
            QuickstartPlaces? places,
        TimeSpan elapsed, CancellationToken cancellation)
    {
        using var clips = await FirstClips(source, cancellation).ConfigureAwait(false);
        var report = new HtmlReport("InternVideo-Next quickstart")
        {
            Lead = $"Stage 1 and Stage 2 of InternVideo-Next at the size '{stage1.Preset}', trained here from {train.Entries.Count} "
                + "video files " +
                   $"in {Readable.Time(elapsed)}. A demonstration of the whole method, not a result of the paper.",
            Origin = new ReportOrigin(
                "./ivnext quickstart", Recipes.ConfigJson.Write(stage1) + "\n" + Recipes.ConfigJson.Write(stage2), stage1.Training.Seed),
        };
        if (probes is not null) AddProbes(report, probes);
        places?.AddTo(report);
        AddCurves(report, "Stage 1: alignment and pixels", folder.Run(stage1),
            "The encoder sees a quarter of the tokens. Its last blocks align with a frozen image teacher (2 - 2 cos), while the "
                + "diffusion decoder learns the hidden pixels.");
        AddCurves(report, "Stage 2: latents of a frozen teacher", folder.Run(stage2),
            "Encoder and predictor predict the frozen Stage 1 encoder's latents behind two multi-block masks.");
        var pictures = new StagePictures(folder.Run(stage1).Root, stage1, stage2);
        pictures.AddMasks(report, clips.Video);
        pictures.AddReconstructions(report, clips.Video);
        AddFiles(report, source, train);
        report.Write(folder.Report);
        return folder.Report;
    }

    private static void AddProbes(HtmlReport report, QuickstartProbes probes)
    {
        TableColumn[] columns = ["Label", "Encoder", "Top-1 %", "95 % interval", "Chance %", "Held-out clips"];
        var rows = probes.Results.Select(r => (IReadOnlyList<object?>)
        [
            r.Result.Label, r.Encoder, QuickstartProbes.Percent(r.Result.Top1),
            $"{QuickstartProbes.Percent(r.Result.Interval.Low)} to {QuickstartProbes.Percent(r.Result.Interval.High)}",
            QuickstartProbes.Percent(r.Result.Chance), $"{r.Result.TestUsed} of {r.Result.TestExpected}",
        ]);
        report.Section("What the frozen features know")
            .Paragraph(
                "A linear probe on the mean token of each frozen encoder, trained on the training clips' labels and measured on clips "
                + "it never saw. " +
                       "The random encoder has the same architecture, without any training.")
            .Add(new ResultTable(columns, rows))
            .Paragraph(
                "The two labels are independent: appearance can be read from a single frame, motion from no single frame at all. So "
                + "appearance is " +
                       "what Stage 1 takes from its image teacher, and motion what Stage 2 has to bring in; its probe reads the frames' "
                           + "mean tokens side by side.");
    }

    private static void AddCurves(HtmlReport report, string heading, RunFolder run, string text)
    {
        var metrics = MetricsFile.Read(run.MetricsFile);
        var section = report.Section(heading).Paragraph(text);
        if (metrics.Count == 0) return;
        var steps = metrics.Select(m => (double)m.Step).ToList();
        var parts = metrics[0].Parts.Keys.Select(name => new LineSeries(name, steps, metrics.Select(m => m.Parts[name] ?? double.NaN)))
            .ToList();
        section.Add(new LineChart("Loss", "step", "loss", parts) { Smoothing = 0.9 });
        var norm = new LineSeries("gradient norm", steps, metrics.Select(m => m.GradientNorm ?? double.NaN));
        section.Add(new LineChart("Gradient norm", "step", "norm before clipping", norm) { Smoothing = 0.9 });
        var last = metrics[^1];
        section.Paragraph(string.Create(CultureInfo.InvariantCulture,
            $"{last.Step} steps, {last.ClipsPerSecond:0} clips/s at the end, {metrics.Sum(m => m.DataWaitSeconds):0.0} s spent waiting "
                + $"for data, {last.SkippedSteps} steps skipped."));
    }

    private static void AddFiles(HtmlReport report, VideoClipSource source, Manifest train)
    {
        var section = report.Section("Files")
            .Paragraph($"{train.Entries.Count - source.Skipped.Count} of {train.Entries.Count} training files could be read.");
        if (source.Skipped.Count > 0)
            section.Add(
                new ResultTable(["Skipped file", "Reason"], source.Skipped.Select(f => (IReadOnlyList<object?>)[f.Path, f.Reason])));
    }

    private static async Task<ClipBatch> FirstClips(VideoClipSource source, CancellationToken cancellation)
    {
        await foreach (var batch in source.ReadOnce(ShownClips, cancellation).ConfigureAwait(false)) return batch;
        throw new InvalidDataException("no clip could be read");
    }
}
