using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>
/// Reads clips of a manifest into memory: several files a process where that is faster, one by one where files are cached, long,
/// or did not come out of a group whole; a file that several clips show is decoded once for all of them. Which way a clip went never
/// shows in it. Thread-safe.
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
    private readonly FrameCounter _counter;
    private readonly FrameCache? _cache;

    /// <summary>Prepares reading; starts nothing.</summary>
    public ClipReader(Manifest manifest, DataConfig config, FFMpegTools tools, VideoIndex index)
    {
        (_manifest, _config, _index) = (manifest, config, index);
        var limit = TimeSpan.FromSeconds(config.FileTimeoutSeconds);
        _decoder = new VideoDecoder(tools, (int)Math.Ceiling(config.Size * DecodedMargin), limit);
        _groups = new VideoGroupDecoder(tools, _decoder, limit);
        _packed = new PackedDecoder(tools, _decoder, limit);
        _counter = new FrameCounter(tools, limit);
        _cache = config.CacheMegabytes == 0 ? null : new FrameCache(_decoder, config.CacheMegabytes * 1024L * 1024L);
        Skipped = new SkippedFiles(manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).Count(), config.MaxBrokenFraction);
        var mostFiles = manifest.Entries.All(e => PackedVideo.Is(e.Path)) ? PackedDecoder.MostFiles : VideoGroupDecoder.MostFiles;
        MostTogether = Math.Clamp(MostFramesTogether / config.Frames, 1, mostFiles);
    }

    /// <summary>The broken and damaged files found so far.</summary>
    public SkippedFiles Skipped { get; }

    /// <summary>Clips of a group at most: the command line of its process has a limit.</summary>
    public int MostTogether { get; }

    /// <summary>Waits between tries of a file that may come back; after the last of them reading ends.</summary>
    public IReadOnlyList<TimeSpan> Pauses { get; set; } =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(15)];

    /// <summary>Reads a group of clips.</summary>
    /// <param name="clips">At most <see cref="MostTogether"/>.</param>
    /// <param name="destination">Where each is written.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>For each, the manifest entry read, or null if it cannot be (which in training does not happen).</returns>
    /// <exception cref="TooManyBrokenFilesException">More files are broken than the configuration allows.</exception>
    /// <exception cref="VideoUnavailableException">A file is away, or always takes too long.</exception>
    public ClipRead?[] Read(IReadOnlyList<ClipRequest> clips, ClipDestination destination, CancellationToken cancellation)
    {
        var read = new ClipRead?[clips.Count];
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

    private void ReadTogether(
        IReadOnlyList<ClipRequest> clips, ClipDestination destination, ClipRead?[] read, CancellationToken cancellation)
    {
        var chosen = new List<ChosenClip>();
        for (var i = 0; i < clips.Count; i++)
            if (Chosen(i, clips[i], cancellation) is { } clip) chosen.Add(clip);
        var files = chosen.GroupBy(c => c.Path, StringComparer.Ordinal).Select(g => new ChosenFile(g.ToList())).ToList();
        foreach (var kind in files.GroupBy(f => PackedVideo.Is(f.Wanted.Path) ? Way.Packed : IsGrouped(f.Wanted) ? Way.Grouped : Way.Alone))
        {
            var group = kind.ToList();
            if (kind.Key == Way.Packed)
            {
                var right = _packed.Read([.. group.Select(f => f.Wanted)], Deliver, cancellation).ToHashSet();
                foreach (var clip in group.Where((_, i) => !right.Contains(i)).SelectMany(f => f.Clips)) read[clip.Place] = null;
            }
            else if (kind.Key == Way.Grouped && group.Count > 1) _groups.Read([.. group.Select(f => f.Wanted)], Deliver, cancellation);
            else foreach (var (i, file) in group.Select((f, i) => (i, f)).Where(f => f.f.Clips.Count > 1)) ReadOnce(i, file);

            // Once for all of its clips; whatever goes wrong shows again, and is dealt with, when they are read one by one.
            void ReadOnce(int at, ChosenFile file)
            {
                try
                {
                    Deliver(at, ReaderOf(file.Wanted.Path).Read(file.Wanted.Path, file.Wanted.Info, file.Wanted.Indices, cancellation));
                }
                catch (VideoReadException)
                {
                }
            }

            void Deliver(int at, SampledFrames frames)
            {
                foreach (var clip in group[at].Clips)
                {
                    if (read[clip.Place] is not null) continue; // The process was run again; the generator is used up.
                    Write(group[at].Of(clip, frames), clip.Random, clips[clip.Place].View, destination(clip.Place));
                    read[clip.Place] = new ClipRead(clip.Entry, null);
                }
            }
        }
    }

    private ChosenClip? Chosen(int place, ClipRequest clip, CancellationToken cancellation)
    {
        var (entry, _) = clip.Draw(0, _manifest.Entries.Count);
        if (Skipped.IsHopeless(_manifest.Entries[entry].Path)) return null;
        try
        {
            var path = _manifest.PathOf(_manifest.Entries[entry]);
            var info = Known(entry, path, cancellation);
            var (random, indices) = Sample(clip, 0, info);
            return new ChosenClip(place, entry, path, info, indices, random);
        }
        catch (VideoReadException)
        {
            return null; // The reading by itself meets it again, and deals with it.
        }
    }

    private bool IsGrouped(WantedFrames wanted) =>
        VideoDecoder.IsShort(wanted.Info, _config.Frames) && _cache?.Wants(wanted.Path, wanted.Info, _config.Frames) != true;

    private ClipRead? ReadAlone(ClipRequest clip, Span<float> destination, CancellationToken cancellation)
    {
        string? reason = null;
        for (var attempt = 0ul; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            // As long as one file is sound, some attempt finds it; once none is, noting the last one throws.
            var (entry, random) = clip.Draw(attempt, _manifest.Entries.Count);
            var name = _manifest.Entries[entry].Path;
            if (!Skipped.IsHopeless(name) && TryRead(clip, attempt, entry, destination, cancellation))
                return new ClipRead(entry, attempt == 0 ? null : reason);
            if (random is null) return null;
            reason ??= Skipped.ReasonOf(name);
        }
    }

    // Tries a file again as long as nothing proves that it is broken.
    private bool TryRead(ClipRequest clip, ulong attempt, int entry, Span<float> destination, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                Read(clip, attempt, entry, destination, cancellation);
                return true;
            }
            catch (VideoReadException e) when (!e.IsPassing && !IsAway)
            {
                Skipped.Add(_manifest.Entries[entry].Path, e);
                return false;
            }
            catch (VideoReadException e)
            {
                if (tries > Pauses.Count) throw new VideoUnavailableException(e, tries);
                cancellation.WaitHandle.WaitOne(Pauses[tries - 1]);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private void Read(ClipRequest clip, ulong attempt, int entry, Span<float> destination, CancellationToken cancellation)
    {
        var path = _manifest.PathOf(_manifest.Entries[entry]);
        var info = Known(entry, path, cancellation);
        var (random, indices) = Sample(clip, attempt, info);
        SampledFrames frames;
        try
        {
            frames = ReaderOf(path).Read(path, info, indices, cancellation);
        }
        catch (MissingFramesException e)
        {
            info = Shortened(entry, path, info, indices, e, cancellation);
            (random, indices) = Sample(clip, attempt, info);
            frames = ReaderOf(path).Read(path, info, indices, cancellation);
        }
        Write(frames, random, clip.View, destination);
    }

    // A file holds fewer frames than its index says: what decodes is used. It is counted once, and every clip of it that wants more is
    // sampled from what there is, so that a clip is the same whether others of the file were read before it or not.
    private VideoInfo Shortened(
        int entry, string path, VideoInfo info, int[] indices, MissingFramesException error, CancellationToken cancellation)
    {
        info = _counter.Shortened(path, info, indices.Max(), error, cancellation);
        if (info.Damage is { } damage) Skipped.AddDamaged(_manifest.Entries[entry].Path, damage);
        _index.Correct(path, info);
        return info;
    }

    private VideoInfo Known(int entry, string path, CancellationToken cancellation)
    {
        var info = _index.Of(path, cancellation);
        if (info.Damage is { } damage) Skipped.AddDamaged(_manifest.Entries[entry].Path, damage);
        return info;
    }

    // With the folder gone a file's absence says nothing of the file.
    private bool IsAway => _manifest.Root.Length > 0 && !Directory.Exists(_manifest.Root);

    private IFrameReader ReaderOf(string path) => PackedVideo.Is(path) ? _packed : _cache is { } cache ? cache : _decoder;

    // The clip's frames and the generator as far as they have used it up.
    private (DeterministicRandom? Random, int[] Indices) Sample(ClipRequest clip, ulong attempt, VideoInfo info)
    {
        var (random, indices) = Of(info.FrameCount);
        return info.DecodedFrames is { } fewer && indices.Max() >= fewer ? Of(fewer) : (random, indices);

        (DeterministicRandom? Random, int[] Indices) Of(int frames)
        {
            var (entry, random) = clip.Draw(attempt, _manifest.Entries.Count);
            var (first, count) = _manifest.Entries[entry].Segment is { } segment ? segment.In(frames, info.FrameRate) : (0, frames);
            if (count == 0)
                throw new VideoReadException(
                    _manifest.Entries[entry].Path, $"segment {_manifest.Entries[entry].Segment} begins after its {frames} frames",
                    isFinal: false);
            int[] indices = (random, clip.View) switch
            {
                ({ } drawn, _) => FrameSampling.Random(count, _config.Frames, drawn),
                (null, { } chosen) => chosen.Frames(count, _config.Frames),
                _ => FrameSampling.Middles(count, _config.Frames),
            };
            return (random, first == 0 ? indices : [.. indices.Select(i => first + i)]);
        }
    }

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

    private enum Way
    {
        Packed,
        Grouped,
        Alone,
    }

    private sealed record ChosenClip(int Place, int Entry, string Path, VideoInfo Info, int[] Indices, DeterministicRandom? Random);

    /// <summary>The clips of a group that show one file, and what all of them want of it.</summary>
    private sealed class ChosenFile(IReadOnlyList<ChosenClip> clips)
    {
        public IReadOnlyList<ChosenClip> Clips => clips;

        public WantedFrames Wanted { get; } = new(
            clips[0].Path, clips[0].Info, [.. clips.SelectMany(c => c.Indices).Distinct().Order()]);

        /// <summary>One clip's frames among those of all.</summary>
        public SampledFrames Of(ChosenClip clip, SampledFrames frames) => new(
            frames.Frames, [.. clip.Indices.Select(i => frames.Positions[Array.BinarySearch(Wanted.Distinct, i)])]);
    }
}

/// <summary>A clip that was read.</summary>
/// <param name="Entry">The manifest entry that it shows.</param>
/// <param name="Replaced">Why it is not the one that was wanted; null where it is.</param>
internal sealed record ClipRead(int Entry, string? Replaced);
