using System.Collections.Concurrent;

namespace InternVideoNext.Data;

/// <summary>
/// Keeps all frames of short videos in memory, up to a budget, so that later epochs start no process for them. Which videos
/// are kept never shows in what is read: the frames are the decoder's, to the byte. Thread-safe.
/// </summary>
/// <param name="decoder">Reads what is not kept.</param>
/// <param name="budgetBytes">Bytes of frames to keep at most.</param>
public sealed class FrameCache(VideoDecoder decoder, long budgetBytes) : IFrameReader
{
    // Longer ones would fill the budget by the dozen, and decoding all their frames to keep them costs more than it saves.
    private const long MostBytes = 16 << 20;

    private readonly ConcurrentDictionary<string, DecodedFrames> _kept = new(StringComparer.Ordinal);
    private long _used;

    /// <summary>Videos kept so far.</summary>
    public int Count => _kept.Count;

    /// <summary>Bytes kept so far (and reserved by readings in progress).</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>Whether a video is of the kind that is kept: decoded from end to end anyway, and small.</summary>
    internal bool IsShort(VideoInfo info, int frames) => VideoDecoder.IsShort(info, frames) && decoder.AllBytes(info) <= MostBytes;

    /// <summary>Whether reading a video through the cache is worth while: it is kept, or there is room for it.</summary>
    internal bool Wants(string path, VideoInfo info, int frames) =>
        IsShort(info, frames) && (_kept.ContainsKey(path) || UsedBytes + decoder.AllBytes(info) <= budgetBytes);

    /// <inheritdoc/>
    public SampledFrames Read(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        // One clip's frames of a long file are had by seeking; all of them would cost many times as much.
        if (!IsShort(info, indices.Count)) return decoder.Read(path, info, indices, cancellation);
        if (_kept.TryGetValue(path, out var kept)) return kept.Choose(path, indices);
        var bytes = decoder.AllBytes(info);
        if (!Reserve(bytes)) return decoder.Read(path, info, indices, cancellation);
        var added = false;
        try
        {
            var all = decoder.ReadAll(path, info, cancellation);
            added = _kept.TryAdd(path, all);
            return all.Choose(path, indices);
        }
        finally
        {
            if (!added) Interlocked.Add(ref _used, -bytes);
        }
    }

    /// <summary>Keeps whole videos that were decoded elsewhere by the same rules, as far as the budget goes.</summary>
    internal void Keep(
        IReadOnlyList<(string Path, VideoInfo Info)> videos, Func<IReadOnlyList<(string Path, VideoInfo Info)>,
        IReadOnlyList<DecodedFrames>?> decode)
    {
        var wanted = videos.Where(v => !_kept.ContainsKey(v.Path)).ToList();
        var bytes = wanted.Sum(v => decoder.AllBytes(v.Info));
        if (wanted.Count == 0 || !Reserve(bytes)) return;
        var decoded = decode(wanted);
        for (var i = 0; i < wanted.Count; i++)
            if (decoded is null || !_kept.TryAdd(wanted[i].Path, decoded[i])) Interlocked.Add(ref _used, -decoder.AllBytes(wanted[i].Info));
    }

    private bool Reserve(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= budgetBytes) return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }
}
