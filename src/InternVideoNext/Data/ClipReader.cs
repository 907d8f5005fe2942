using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>
/// Reads clips of a manifest into memory: several files a process where that is faster, one by one where files are cached, long,
/// or did not come out of a group whole. Which way a clip went never shows in it. Thread-safe.
/// </summary>
internal sealed class ClipReader
{
    private const double DecodedMargin = 1.25;
    private const int MostFramesTogether = 4096;

    private readonly Manifest _manifest;
    private readonly DataConfig _config;
    private readonly VideoIndex _index;
    private readonly VideoDecoder _decoder;
    private readonly VideoGroupDecoder _groups;
    private readonly PackedDecoder _packed;
    private readonly FrameCache? _cache;

    /// <summary>Prepares reading; starts nothing.</summary>
    public ClipReader(Manifest manifest, DataConfig config, FFMpegTools tools, VideoIndex index)
    {
        (_manifest, _config, _index) = (manifest, config, index);
        var limit = TimeSpan.FromSeconds(config.FileTimeoutSeconds);
        _decoder = new VideoDecoder(tools, (int)Math.Ceiling(config.Size * DecodedMargin), limit);
        _groups = new VideoGroupDecoder(tools, _decoder, limit);
        _packed = new PackedDecoder(tools, _decoder, limit);
        _cache = config.CacheMegabytes == 0 ? null : new FrameCache(_decoder, config.CacheMegabytes * 1024L * 1024L);
        Skipped = new SkippedFiles(manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).Count(), config.MaxBrokenFraction);
        var mostFiles = manifest.Entries.All(e => PackedVideo.Is(e.Path)) ? PackedDecoder.MostFiles : VideoGroupDecoder.MostFiles;
        MostTogether = Math.Clamp(MostFramesTogether / config.Frames, 1, mostFiles);
    }

    /// <summary>The broken files found so far.</summary>
    public SkippedFiles Skipped { get; }

    /// <summary>Clips of a group at most: the command line of its process has a limit.</summary>
    public int MostTogether { get; }

    /// <summary>Reads a group of clips.</summary>
    /// <param name="clips">At most <see cref="MostTogether"/>.</param>
    /// <param name="destination">Where each is written.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>For each, the manifest entry read, or null if it cannot be (which in training does not happen).</returns>
    /// <exception cref="TooManyBrokenFilesException">More files are broken than the configuration allows.</exception>
    public int?[] Read(IReadOnlyList<ClipRequest> clips, ClipDestination destination, CancellationToken cancellation)
    {
        var read = new int?[clips.Count];
        if (clips.Count > 1) ReadTogether(clips, destination, read, cancellation);
        for (var i = 0; i < clips.Count; i++) read[i] ??= ReadAlone(clips[i], destination(i), cancellation);
        return read;
    }

    /// <summary>Decodes the short ones among files into the cache, several a process.</summary>
    public void Prefetch(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        if (_cache is not { } cache) return;
        var brief = paths.Select(path => (Path: path, Info: InfoOf(path, cancellation)))
            .Where(v => v.Info is { } info && cache.IsShort(info, _config.Frames));
        foreach (var alike in brief.GroupBy(v => _decoder.ScaledSize(v.Info!)))
            cache.Keep([.. alike.Select(v => (v.Path, v.Info!))], videos => _groups.ReadAll(videos, cancellation));
    }

    private void ReadTogether(IReadOnlyList<ClipRequest> clips, ClipDestination destination, int?[] read, CancellationToken cancellation)
    {
        var chosen = new List<(int Place, int Entry, DeterministicRandom? Random, WantedFrames Wanted)>();
        for (var i = 0; i < clips.Count; i++)
        {
            var (entry, random) = clips[i].Draw(0, _manifest.Entries.Count);
            if (Together(entry, random, clips[i].View, cancellation) is { } wanted) chosen.Add((i, entry, random, wanted));
        }
        foreach (var kind in chosen.GroupBy(c => PackedVideo.Is(c.Wanted.Path)))
        {
            var group = kind.ToList();
            if (kind.Key)
            {
                var right = _packed.Read([.. group.Select(c => c.Wanted)], Deliver, cancellation).ToHashSet();
                for (var i = 0; i < group.Count; i++)
                    if (!right.Contains(i)) read[group[i].Place] = null;
            }
            else if (group.Count > 1) _groups.Read([.. group.Select(c => c.Wanted)], Deliver, cancellation);

            void Deliver(int at, SampledFrames frames)
            {
                var (place, entry, random, _) = group[at];
                if (read[place] is not null) return; // The process was run again; the generator is used up.
                Write(frames, random, clips[place].View, destination(place));
                read[place] = entry;
            }
        }
    }

    private WantedFrames? Together(int entry, DeterministicRandom? random, ClipView? view, CancellationToken cancellation)
    {
        var name = _manifest.Entries[entry].Path;
        if (Skipped.IsHopeless(name)) return null;
        try
        {
            var path = _manifest.PathOf(_manifest.Entries[entry]);
            var info = _index.Of(path, cancellation);
            if (!PackedVideo.Is(path)
                && (!VideoDecoder.IsSequential(info, _config.Frames) || _cache?.Wants(path, info, _config.Frames) == true)) return null;
            return new WantedFrames(path, info, Sample(info, random, view));
        }
        catch (VideoReadException e)
        {
            Skipped.Add(name, e);
            return null;
        }
    }

    private int? ReadAlone(ClipRequest clip, Span<float> destination, CancellationToken cancellation)
    {
        for (var attempt = 0ul; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            // As long as one file is sound, some attempt finds it; once none is, noting the last one throws.
            var (entry, random) = clip.Draw(attempt, _manifest.Entries.Count);
            if (TryRead(entry, random, clip.View, destination, cancellation)) return entry;
            if (random is null) return null;
        }
    }

    private bool TryRead(int entry, DeterministicRandom? random, ClipView? view, Span<float> destination, CancellationToken cancellation)
    {
        var name = _manifest.Entries[entry].Path;
        if (Skipped.IsHopeless(name)) return false;
        try
        {
            var path = _manifest.PathOf(_manifest.Entries[entry]);
            var info = _index.Of(path, cancellation);
            IFrameReader reader = PackedVideo.Is(path) ? _packed : _cache is { } cache ? cache : _decoder;
            Write(reader.Read(path, info, Sample(info, random, view), cancellation), random, view, destination);
            return true;
        }
        catch (VideoReadException e)
        {
            Skipped.Add(name, e);
            return false;
        }
    }

    private int[] Sample(VideoInfo info, DeterministicRandom? random, ClipView? view) => (random, view) switch
    {
        ({ } drawn, _) => FrameSampling.Random(info.FrameCount, _config.Frames, drawn),
        (null, { } chosen) => chosen.Frames(info.FrameCount, _config.Frames),
        _ => FrameSampling.Middles(info.FrameCount, _config.Frames),
    };

    private void Write(SampledFrames clip, DeterministicRandom? random, ClipView? view, Span<float> destination)
    {
        var (width, height) = (clip.Frames.Width, clip.Frames.Height);
        var window = (random, view) switch
        {
            ({ } drawn, _) => ClipAugmentation.Random(width, height, _config.CropScales, _config.FlipProbability, drawn),
            (null, { } chosen) => chosen.Window(width, height),
            _ => ClipAugmentation.Centre(width, height),
        };
        ClipResampler.Write(clip, window, _config.Size, destination);
    }

    private VideoInfo? InfoOf(string path, CancellationToken cancellation)
    {
        try
        {
            return _index.Of(path, cancellation);
        }
        catch (VideoReadException)
        {
            return null; // The reading meets it again, and notes it.
        }
    }
}
