using InternVideoNext.Data.Shapes;
using InternVideoNext.Interactive;

namespace InternVideoNext.Cli;

/// <summary>A page with a clip of every class of a MotionShapes world.</summary>
internal static class ShapesSheet
{
    private const int Candidates = 256, Frames = 8, Size = 64;

    public static async Task WriteAsync(ShapesWorld world, string path, CancellationToken cancellation)
    {
        var source = new ShapesSourceConfig { Clips = Candidates, Split = ShapesSplit.Test, Frames = Frames, Size = Size }.Build(world);
        var report = new HtmlReport("MotionShapes: a clip of every class")
        {
            Lead = $"Eight frames, in order of time, of the first test clip of each class (seed {world.Seed}). Labels are independent: what moves says nothing of how.",
        };
        await foreach (var batch in source.ReadOnce(Candidates, cancellation).ConfigureAwait(false))
        {
            using var held = batch;
            foreach (var (label, classes) in world.Labels)
            {
                var section = report.Section($"{label}, {classes.Count} classes");
                var labels = source.Labels(label);
                for (var i = 0; i < classes.Count; i++)
                {
                    var clip = Array.IndexOf(labels, i);
                    if (clip < 0) continue; // a rare class, not among the candidates
                    using var video = batch.Video[clip];
                    section.Add(new ClipStrip(video) { Caption = classes[i].Replace('_', ' ') });
                }
            }
        }
        report.Write(path);
    }
}
