using System.Diagnostics;
using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Cli.Quickstart;

/// <summary>
/// The main job from end to end: video files, Stage 1, Stage 2, probes, report. Each part writes its result before the
/// next begins, and an interrupted job goes on where it stopped.
/// </summary>
internal sealed class QuickstartRecipe(QuickstartOptions options, string resumeCommand)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var (stage1, stage2) = (options.Stage1(), options.Stage2());
        var folder = new QuickstartFolder(options.Out);
        folder.Claim(options.Describe(stage1, stage2));

        var manifest = options.Videos is { } videos ? Manifest.Open(videos) : await RenderAsync(tools, cancellation).ConfigureAwait(false);
        var train = manifest.Filter("train");
        var source = new VideoClipSource(train, stage1.Data, tools, options.IndexFolder);
        await PrefetchAsync(source, "reading videos", cancellation).ConfigureAwait(false);
        foreach (var (title, config) in ((string, RunConfig)[])[("stage 1", stage1), ("stage 2", stage2)])
        {
            if (folder.IsTrained(config)) continue;
            var outcome = await StageRun.RunAsync(title, config, source, folder.Run(config), resumeCommand, cancellation)
                .ConfigureAwait(false);
            if (!outcome.Finished) return ExitCode.Failed;
        }

        folder.JoinMetrics(stage1, stage2);
        var (probes, found) = manifest.Labels.Count == 0 ? (null, null)
            : await MeasureAsync(folder, stage1, manifest, source, tools, cancellation).ConfigureAwait(false);
        using var places = found;
        probes?.Show();
        places?.Show();
        SkippedFilesDisplay.Write(source.Skipped, source.Damaged);
        var report = await QuickstartReport.WriteAsync(folder, stage1, stage2, source, train, probes, places, clock.Elapsed, cancellation)
            .ConfigureAwait(false);
        Console.WriteLine($"Done in {Readable.Time(clock.Elapsed)}. Open {report}");
        return ExitCode.Done;
    }

    private async Task<(QuickstartProbes Probes, QuickstartPlaces? Places)> MeasureAsync(
        QuickstartFolder folder, Stage1Config stage1, Manifest manifest, VideoClipSource train, FFMpegTools tools,
            CancellationToken cancellation)
    {
        var test = new VideoClipSource(manifest.Filter("test"), stage1.Data, tools, options.IndexFolder);
        await PrefetchAsync(test, "reading held-out videos", cancellation).ConfigureAwait(false);
        var probes = await QuickstartProbes.RunAsync(options, folder, stage1, manifest, train, test, cancellation).ConfigureAwait(false);
        // Of a person's own videos nobody knows where anything is.
        return (probes,
            options.Videos is null
            ? await QuickstartPlaces.MeasureAsync(options, folder, stage1, train, test, cancellation).ConfigureAwait(false) : null);
    }

    private async Task<Manifest> RenderAsync(FFMpegTools tools, CancellationToken cancellation)
    {
        var file = Path.Combine(options.DataFolder, ShapesRenderer.ManifestName);
        if (File.Exists(file)) return Manifest.Open(file);
        var config = new ShapesRenderConfig
        {
            Train = options.TrainClips,
            Test = options.TestClips,
            Frames = QuickstartOptions.ClipFrames,
            FramesPerSecond = QuickstartOptions.ClipFrames
        };
        using var display = new CountDisplay("rendering clips", config.Clips);
        var world = new ShapesWorldConfig().Build(options.Seed);
        await config.Build(world, Environment.ProcessorCount).RenderAsync(options.DataFolder, display, cancellation).ConfigureAwait(false);
        var manifest = Manifest.Open(file);
        var index = new VideoIndex(new VideoProbe(tools, TimeSpan.FromSeconds(30)), options.IndexFolder);
        foreach (var entry in manifest.Entries) index.Add(manifest.PathOf(entry), config.Info);
        index.Save();
        return manifest;
    }

    /// <summary>Decodes into the source's cache with a live count.</summary>
    public static async Task PrefetchAsync(VideoClipSource source, string title, CancellationToken cancellation)
    {
        using var display = new CountDisplay(title, source.Count);
        await source.PrefetchAsync(display, cancellation).ConfigureAwait(false);
    }
}
