namespace InternVideoNext.Data;

/// <summary>
/// A packed video: an H.264 byte stream (Annex B) with a key frame every few frames, no frame depending on a later one, and one
/// byte range a frame. Any frame is reached by decoding from the key frame before it. Written by <c>./ivnext data pack</c>.
/// </summary>
internal sealed class PackedVideo
{
    // Units of the stream, by the low five bits of their first byte (H.264, table 7-1).
    private const int Slice = 1, KeySlice = 5;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<int> _starts = [];
    private readonly List<int> _keys = [];

    private PackedVideo(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>How packed files are told from others.</summary>
    public const string Extension = ".packed.h264";

    /// <summary>Frames in it.</summary>
    public int Count => _starts.Count;

    /// <summary>Whether a path is that of a packed video.</summary>
    public static bool Is(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds the frames in a file's bytes.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="bytes">The whole file. Looked at again by <see cref="Collect"/>.</param>
    /// <exception cref="VideoReadException">It is not such a stream.</exception>
    public static PackedVideo Parse(string path, ReadOnlyMemory<byte> bytes)
    {
        var video = new PackedVideo(bytes);
        var all = bytes.Span;
        var begin = 0; // Parameter sets before a slice belong to its frame.
        var fresh = true;
        ReadOnlySpan<byte> code = [0, 0, 1];
        for (var at = all.IndexOf(code); at >= 0 && at + 4 < all.Length;)
        {
            var type = all[at + 3] & 31;
            if (fresh) begin = at;
            fresh = type is Slice or KeySlice;
            if (fresh) video.Add(path, type, all[at + 4], begin);
            var next = all[(at + 3)..].IndexOf(code);
            at = next < 0 ? -1 : at + 3 + next;
        }
        if (video.Count == 0) throw new VideoReadException(path, "it holds no H.264 frame");
        return video;
    }

    /// <summary>The bytes that must be decoded for the wanted frames, and which of the decoded frames these are.</summary>
    /// <param name="frames">Ascending, distinct, each below <see cref="Count"/>.</param>
    /// <returns>Stretches of the file in order, the frames in them, and the place of each wanted frame among these.</returns>
    public (IReadOnlyList<ReadOnlyMemory<byte>> Stretches, int Decoded, IReadOnlyList<int> Places) Collect(ReadOnlySpan<int> frames)
    {
        var stretches = new List<ReadOnlyMemory<byte>>();
        var places = new List<int>();
        var (decoded, done) = (0, 0);
        foreach (var frame in frames)
        {
            var from = Math.Max(done, KeyBefore(frame));
            var end = frame + 1 < Count ? _starts[frame + 1] : _bytes.Length;
            stretches.Add(_bytes[_starts[from]..end]);
            decoded += frame + 1 - from;
            places.Add(decoded - 1);
            done = frame + 1;
        }
        return (stretches, decoded, places);
    }

    private int KeyBefore(int frame)
    {
        var at = _keys.BinarySearch(frame);
        return _keys[at >= 0 ? at : ~at - 1];
    }

    // A slice begins with the number of its first block: 0, a single set bit, begins a frame.
    private void Add(string path, int type, byte first, int begin)
    {
        if ((first & 0x80) == 0) return;
        if (Count == 0 && type != KeySlice) throw new VideoReadException(path, "its first frame is not a key frame");
        if (type == KeySlice) _keys.Add(Count);
        _starts.Add(begin);
    }
}
