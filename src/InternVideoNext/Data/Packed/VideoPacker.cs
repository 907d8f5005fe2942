using System.Collections.Concurrent;
using System.Globalization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>
/// Re-encodes a data set as H.264 byte streams with frequent key frames, on the constant-rate grid that frames are sampled from:
/// frame N of a packed file is frame N of the original. May be stopped at any time and run again; a file is there whole or not
/// at all.
/// </summary>
/// <param name="manifest">The data set; unchanged.</param>
/// <param name="config">Size, key frames, quality.</param>
/// <param name="tools">ffmpeg with libx264, and ffprobe.</param>
/// <param name="limit">How long packing one file may take.</param>
public sealed class VideoPacker(Manifest manifest, PackConfig config, FFMpegTools tools, TimeSpan limit)
{
    // ffmpeg's exit code where more than two thirds of a file's frames gave errors.
    private const int MostlyDamaged = 69;

    private readonly VideoProbe _probe = new(tools, limit);

    /// <summary>Packs what is not there yet, and writes the packed manifest and its index.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="jobs">Files at a time, at least 1.</param>
    /// <param name="progress">Told the number of files done, those there from before included.</param>
    /// <param name="cancellation">Stops the work; it can be gone on with.</param>
    /// <exception cref="Foundation.ConfigurationException">The configuration is not valid.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task<PackReport> PackAsync(
        string folder, int jobs, IProgress<int>? progress, CancellationToken cancellation)
    {
        config.Validate();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(jobs);
        var manifestFile = Path.Combine(Path.GetFullPath(folder), "manifest.json");
        var indexFile = Manifest.IndexFileOf(manifestFile);
        var skipped = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var damaged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        using (var journal = new ScanJournal(indexFile + ".journal", VideoIndexFile.Read(indexFile)))
        {
            var originals = new VideoIndex(_probe, null, manifest.IndexFile);
            var paths = manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal);
            var done = 0;
            await Task.Run(
                () => Parallel.ForEach(
                paths, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation }, path =>
            {
                try
                {
                    var info = Pack(path, Path.Combine(folder, PackedPath(path)), originals, journal, cancellation);
                    if (info?.Damage is { } damage) damaged[path] = damage;
                }
                catch (VideoReadException e)
                {
                    skipped[path] = e.Reason;
                }
                progress?.Report(Interlocked.Increment(ref done));
            }), cancellation).ConfigureAwait(false);
            VideoIndexFile.Write(indexFile, journal.Known);
        }
        File.Delete(indexFile + ".journal");
        var kept = manifest.Entries.Where(e => !skipped.ContainsKey(e.Path)).Select(e => e with { Path = PackedPath(e.Path) });
        (manifest with { Entries = [.. kept] }).Save(manifestFile);
        return new PackReport(manifestFile, Listed(skipped), Listed(damaged));

        static IReadOnlyList<SkippedFile> Listed(ConcurrentDictionary<string, string> files) =>
            [.. files.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new SkippedFile(s.Key, s.Value))];
    }

    // The whole name stays, so that a.mp4 and a.webm do not become one; the settings are part of it, so that other ones begin afresh.
    private string PackedPath(string path) =>
        FormattableString.Invariant($"{path}.s{config.ShortSide}g{config.Gop}q{config.Quality}{PackedVideo.Extension}");

    private VideoInfo? Pack(string path, string target, VideoIndex originals, ScanJournal journal, CancellationToken cancellation)
    {
        var source = Path.GetFullPath(Path.Combine(manifest.Root, path));
        if (File.Exists(target) && journal.TryGet(new FileInfo(Path.GetFullPath(target)), out var there)) return there.Info;
        var info = originals.Of(source, cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        var aside = $"{Path.GetFullPath(target)}.{Path.GetRandomFileName()}.tmp";
        try
        {
            var errors = Encode(source, aside, info, cancellation);
            var bytes = File.ReadAllBytes(aside);
            var video = PackedVideo.Parse(source, bytes);
            File.Move(aside, target, overwrite: true);
            var file = new FileInfo(Path.GetFullPath(target));
            var (width, height) = SizeOf(info);
            var counted = FrameCounter.Counted(info, video.Count, errors);
            var packed = new VideoInfo
            {
                DurationSeconds = video.Count / info.FrameRate,
                FrameRate = info.FrameRate,
                FrameCount = video.Count,
                Width = width,
                Height = height,
                Codec = "h264",
                Damage = counted.Damage ?? info.Damage,
            };
            journal.Add(file.FullName, new IndexedVideo(file.Length, file.LastWriteTimeUtc.Ticks, packed, HashOf(bytes)));
            return packed;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    // Encodes what decodes; tells what ffmpeg complained of.
    private string Encode(string source, string target, VideoInfo info, CancellationToken cancellation)
    {
        var (width, height) = SizeOf(info);
        string[] arguments =
        [
            .. MediaProcess.FFMpeg, "-y", "-threads", "1",
            .. LocalVideoInput.Of(LocalVideoInput.CheckedFile(source).FullName, info.IsDeep),
            "-map", LocalVideoInput.StreamOf(0, info), "-an", "-sn", "-dn", "-filter_threads", "1", "-vf",
            FormattableString.Invariant(
                $"{VideoDecoder.Grid(info)},trim=end_frame={info.FrameCount},scale={width}:{height}:flags=bicubic,format=yuv420p"),
            "-c:v", "libx264", "-preset", "veryfast", "-tune", "fastdecode", "-threads", "1",
            "-crf", config.Quality.ToString(CultureInfo.InvariantCulture), "-x264-params",
            FormattableString.Invariant(
                $"keyint={config.Gop}:min-keyint={config.Gop}:scenecut=0:bframes=0:ref=1:repeat-headers=1:slices=1"),
            "-f", "h264", "file:" + target,
        ];
        try
        {
            var (code, errors) = MediaProcess.Run(tools.FFMpegPath, arguments, stream => stream.CopyTo(Stream.Null), limit, cancellation);
            if (errors.Contains("Unknown encoder", StringComparison.Ordinal))
                throw new FFMpegMissingException(
                    $"'{tools.FFMpegPath}' has no H.264 encoder (libx264); install an ffmpeg that has: {FFMpegTools.InstallCommand}");
            if (errors.Contains("No space left on device", StringComparison.Ordinal)) throw new IOException($"'{target}': {errors}");
            var isThere = File.Exists(target) && new FileInfo(target).Length > 0;
            return (code is 0 or MostlyDamaged && isThere) ? errors : throw VideoReadException.Of(source, code, errors);
        }
        catch (TimeoutException)
        {
            throw VideoReadException.TookTooLong(source, "packing", limit);
        }
    }

    // Even, as 4:2:0 pictures must be.
    private (int Width, int Height) SizeOf(VideoInfo info)
    {
        var factor = Math.Min(1, (double)config.ShortSide / Math.Min(info.Width, info.Height));
        return (Even(info.Width * factor), Even(info.Height * factor));
    }

    private static int Even(double length) => Math.Max(2, 2 * (int)Math.Round(length / 2));

    private static string HashOf(byte[] content) => Convert.ToHexString(System.IO.Hashing.XxHash128.Hash(content)).ToLowerInvariant();
}

/// <summary>What packing has made.</summary>
/// <param name="ManifestFile">The packed manifest.</param>
/// <param name="Skipped">Videos that could not be packed, which it leaves out.</param>
/// <param name="Damaged">Videos of which the part that decodes was packed, and how much that is.</param>
public sealed record PackReport(string ManifestFile, IReadOnlyList<SkippedFile> Skipped, IReadOnlyList<SkippedFile> Damaged);

/// <summary>How videos are packed for disks and processors that could not keep up with the originals.</summary>
public sealed record PackConfig
{
    /// <summary>Pixels of the shorter side; smaller videos keep their size.</summary>
    public int ShortSide { get; init; } = 256;

    /// <summary>Frames from one key frame to the next: fewer are faster to reach and take more room.</summary>
    public int Gop { get; init; } = 4;

    /// <summary>x264's constant rate factor: lower is better and larger.</summary>
    public int Quality { get; init; } = 20;

    /// <summary>Checks every member.</summary>
    /// <exception cref="ConfigurationException">One or more are out of range; all are named with their values.</exception>
    public void Validate() => new ConfigCheck("pack")
        .Require(ShortSide is >= 16 and <= 4096, "short_side", ShortSide, "must be 16 to 4096")
        .Require(Gop is >= 1 and <= 250, "gop", Gop, "must be 1 to 250")
        .Require(Quality is >= 0 and <= 51, "quality", Quality, "must be 0 to 51")
        .ThrowIfAny();
}
