using System.Globalization;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// Writes clips of a <see cref="ShapesWorld"/> as H.264 files and a manifest: <c>train/000000.mp4</c> and so on, and
/// <c>manifest.json</c>. One ffmpeg process encodes a run of clips from one pipe of raw frames and cuts them into files at their
/// first frames, which are key frames; with the quantiser held constant, what a file shows doesn't depend on its neighbours.
/// </summary>
public sealed class ShapesRenderer
{
    /// <summary>The manifest's file name.</summary>
    public const string ManifestName = "manifest.json";

    private const string PartialName = ".partial";

    private readonly ShapesRenderConfig _config;
    private readonly ShapesWorld _world;
    private readonly int _parallelism;

    internal ShapesRenderer(ShapesRenderConfig config, ShapesWorld world, int parallelism) =>
        (_config, _world, _parallelism) = (config, world, parallelism);

    /// <summary>Renders everything. Files get their names when they are complete, the manifest last.</summary>
    /// <param name="directory">Where to; made where missing. Clips of an earlier, unfinished rendering are replaced.</param>
    /// <param name="progress">Told the number of clips handed to the encoders so far.</param>
    /// <param name="cancellation">Ends the encoders and the rendering.</param>
    /// <returns>The manifest as written.</returns>
    /// <exception cref="IOException">The directory holds a manifest already, or cannot be written.</exception>
    /// <exception cref="FFMpegMissingException">ffmpeg is not installed.</exception>
    /// <exception cref="FFMpegException">ffmpeg failed; the message holds what it said.</exception>
    public async Task<Manifest> RenderAsync(string directory, IProgress<int>? progress, CancellationToken cancellation)
    {
        var root = Path.GetFullPath(directory);
        var manifestPath = Path.Combine(root, ManifestName);
        if (File.Exists(manifestPath))
            throw new IOException($"{root} already holds a data set ({ManifestName}). Name another folder, or delete that one first.");
        FFMpegTools.Locate();
        var partial = Path.Combine(root, PartialName);
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        try
        {
            var done = 0;
            var options = new ParallelOptions { MaxDegreeOfParallelism = _parallelism, CancellationToken = cancellation };
            await Parallel.ForEachAsync(ShapesRun.Cut(_config), options, async (cut, token) =>
            {
                var run = new ShapesRun(_config, _world, cut.Split, cut.First, cut.Count)
                {
                    ClipWritten = () => progress?.Report(Interlocked.Increment(ref done)),
                    Cancellation = token,
                };
                await EncodeAsync(run, partial, token).ConfigureAwait(false);
                MoveInPlace(run, partial, root);
            }).ConfigureAwait(false);

            var manifest = ShapesManifest.Describe(_config, _world, root);
            manifest.Save(manifestPath);
            return manifest;
        }
        finally
        {
            Directory.Delete(partial, recursive: true);
        }
    }

    private async Task EncodeAsync(ShapesRun run, string folder, CancellationToken cancellation)
    {
        var pattern = $"{ShapesManifest.NameOf(run.Split)}-%06d.mp4";
        var encoding = FFMpegArguments.FromPipeInput(run)
            .OutputToFile(pattern, overwrite: true, options => options.WithCustomArgument(EncoderArguments(run)))
            .WithLogLevel(FFMpegCore.Enums.FFMpegLogLevel.Error)
            .CancellableThrough(cancellation)
            .Configure(options => options.WorkingDirectory = folder);
        try
        {
            await encoding.ProcessAsynchronously(throwOnError: true, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (FFMpegException error) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C reaches the encoder too: its failure is our cancellation.
            throw new OperationCanceledException(error.Message, error, cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private string EncoderArguments(ShapesRun run)
    {
        var frames = _config.Frames;
        // The last cut lies behind the last frame: it is there so that a run of one clip has a list too.
        var cuts = string.Join(',', Enumerable.Range(1, run.Count).Select(clip => (clip * frames).ToString(CultureInfo.InvariantCulture)));
        return string.Join(' ',
            "-an -threads 1 -c:v libx264 -preset veryfast -pix_fmt yuv420p",
            "-sws_flags bilinear+accurate_rnd+full_chroma_int+bitexact -fflags +bitexact -flags:v +bitexact+cgop",
            $"-qp {_config.Quantizer} -bf 0 -g {frames} -keyint_min {frames} -sc_threshold 0",
            $"-f segment -segment_format mp4 -reset_timestamps 1 -segment_start_number {run.First}",
            $"-segment_frames {cuts}");
    }

    private static void MoveInPlace(ShapesRun run, string partial, string root)
    {
        var split = ShapesManifest.NameOf(run.Split);
        Directory.CreateDirectory(Path.Combine(root, split));
        for (var index = run.First; index < run.First + run.Count; index++)
        {
            var rendered = Path.Combine(partial, string.Create(CultureInfo.InvariantCulture, $"{split}-{index:D6}.mp4"));
            if (!File.Exists(rendered)) throw new IOException(
                $"ffmpeg ended without an error, but did not write {Path.GetFileName(rendered)}.");
            File.Move(rendered, Path.Combine(root, ShapesManifest.PathOf(run.Split, index)), overwrite: true);
        }
    }
}
