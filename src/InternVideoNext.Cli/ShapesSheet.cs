using InternVideoNext.Data.Shapes;
using InternVideoNext.Interactive;

namespace InternVideoNext.Cli;

/// <summary>A page with a clip of every class of a MotionShapes world.</summary>
internal static class ShapesSheet
{
    private const int Candidates = 1024, Frames = 4, Size = 32;
    private const double FramesPerSecond = 3;

    public static async Task WriteAsync(ShapesWorld world, string path, CancellationToken cancellation)
    {
        var source = new ShapesSourceConfig { Clips = Candidates, Split = ShapesSplit.Test, Frames = Frames, Size = Size }.Build(world);
        var report = new HtmlReport("MotionShapes: a clip of every class")
        {
            Lead = $"{Frames} frames, in order of time, of {Size} pixels each, shown larger: for each class the first test clip whose "
                   + $"actor stays within the picture, or else the first (seed {world.Seed}). "
                   + "Labels are independent: what moves says nothing of how.",
        };
        var cut = Enumerable.Range(0, Candidates).Select(clip => IsCut(world.Clip(ShapesSplit.Test, clip))).ToList();
        await foreach (var batch in source.ReadOnce(Candidates, cancellation).ConfigureAwait(false))
        {
            using var held = batch;
            foreach (var (label, classes) in world.Labels)
            {
                var section = report.Section($"{label}, {classes.Count} classes");
                var labels = source.Labels(label);
                for (var i = 0; i < classes.Count; i++)
                {
                    var own = Enumerable.Range(0, Candidates).Where(clip => labels[clip] == i).OrderBy(clip => cut[clip]).ToList();
                    if (own.Count == 0) continue; // a rare class, not among the candidates
                    using var video = batch.Video[own[0]];
                    section.Subheading(classes[i].Replace('_', ' '))
                        .Add(new ClipStrip(video))
                        .Add(new ClipPlayer(video) { FramesPerSecond = FramesPerSecond, WithStrip = false });
                }
            }
        }
        report.Write(path);
    }

    private static bool IsCut(ShapesClip clip) => StagePictures.CutOff(ShapesClipSource.SegmentMiddles(Frames).Select(clip.PlaceAt)) > 0;
}
