using FFMpegCore.Pipes;

namespace InternVideoNext.Data.Shapes;

/// <summary>A run of neighbouring clips that one encoder process writes, fed to it as raw frames.</summary>
/// <param name="config">Size, frames and rate.</param>
/// <param name="world">The world to render.</param>
/// <param name="split">The clips' split.</param>
/// <param name="first">The first clip's index.</param>
/// <param name="count">Clips in the run.</param>
internal sealed class ShapesRun(ShapesRenderConfig config, ShapesWorld world, ShapesSplit split, int first, int count) : IPipeSource
{
    /// <summary>Clips in a run: few enough to share the work, many enough to forget the start of a process.</summary>
    public const int MaximumClips = 128;

    public ShapesSplit Split => split;

    public int First => first;

    public int Count => count;

    /// <summary>Called after each clip has been handed over.</summary>
    public Action? ClipWritten { get; init; }

    /// <summary>Stops the writing; the encoder then ends by itself.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The clips of all splits, cut into runs.</summary>
    public static IEnumerable<(ShapesSplit Split, int First, int Count)> Cut(ShapesRenderConfig config) =>
        from part in new (
            ShapesSplit Split, int Clips)[] { (ShapesSplit.Train, config.Train), (ShapesSplit.Validation, config.Validation),
            (ShapesSplit.Test, config.Test) }
        from first in Enumerable.Range(0, (part.Clips + MaximumClips - 1) / MaximumClips).Select(run => run * MaximumClips)
        select (part.Split, first, Math.Min(MaximumClips, part.Clips - first));

    public string GetStreamArguments() =>
        $"-f rawvideo -pixel_format rgb24 -video_size {config.Size}x{config.Size} -framerate {config.FramesPerSecond}";

    public async Task WriteAsync(Stream outputStream, CancellationToken cancellationToken)
    {
        var times = ShapesClipSource.SegmentMiddles(config.Frames);
        var rgb = new byte[config.Frames * config.Size * config.Size * 3];
        for (var index = first; index < first + count && !Cancellation.IsCancellationRequested; index++)
        {
            world.Clip(split, index).Render(config.Size, times, rgb);
            try
            {
                await outputStream.WriteAsync(rgb, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                return; // The encoder has ended early: its exit code and messages say why.
            }

            ClipWritten?.Invoke();
        }
    }
}
