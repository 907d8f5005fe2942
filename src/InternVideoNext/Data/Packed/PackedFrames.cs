using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace InternVideoNext.Data;

/// <summary>
/// What has to be decoded of a packed video for the frames wanted of it. Its bytes are rented: fresh memory for whole files costs
/// more than reading them.
/// </summary>
internal sealed class PackedFrames : IDisposable
{
    private readonly int _length;
    private byte[] _bytes;

    private PackedFrames(WantedFrames wanted, IReadOnlyList<ReadOnlyMemory<byte>> stretches, int decoded, IReadOnlyList<int> places)
    {
        (Wanted, Decoded, Places) = (wanted, decoded, places);
        _bytes = ArrayPool<byte>.Shared.Rent(stretches.Sum(s => s.Length));
        foreach (var stretch in stretches)
        {
            stretch.CopyTo(_bytes.AsMemory(_length));
            _length += stretch.Length;
        }
    }

    /// <summary>The frames.</summary>
    public WantedFrames Wanted { get; }

    /// <summary>A stream that begins with a key frame, as short as can be. Empty once this is disposed.</summary>
    public ReadOnlySpan<byte> Stream
    {
        get
        {
            var bytes = _bytes; // Who feeds a process that was ended may look while this is disposed.
            return bytes.AsSpan(0, Math.Min(_length, bytes.Length));
        }
    }

    /// <summary>Frames in the stream.</summary>
    public int Decoded { get; }

    /// <summary>Place of each wanted frame, without repetition, among these.</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>Takes it from the file.</summary>
    /// <param name="wanted">Frames of a packed video.</param>
    /// <exception cref="VideoReadException">The file cannot be read, is no packed video, or lacks a frame.</exception>
    public static PackedFrames Open(WantedFrames wanted)
    {
        try
        {
            using var file = File.OpenHandle(LocalVideoInput.CheckedFile(wanted.Path).FullName);
            var length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength) throw new VideoReadException(wanted.Path, $"{length} bytes are too many for a packed video");
            var bytes = ArrayPool<byte>.Shared.Rent((int)length);
            try
            {
                return Choose(wanted, bytes.AsMemory(0, ReadAll(file, bytes.AsSpan(0, (int)length))));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VideoReadException(wanted.Path, e.Message, isPassing: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private static PackedFrames Choose(WantedFrames wanted, ReadOnlyMemory<byte> file)
    {
        var video = PackedVideo.Parse(wanted.Path, file);
        if (wanted.Distinct[^1] >= video.Count)
            throw new MissingFramesException(
                wanted.Path, wanted.Distinct.Count(i => i < video.Count), wanted.Distinct.Length, "", video.Count);
        var (stretches, decoded, places) = video.Collect(wanted.Distinct);
        return new PackedFrames(wanted, stretches, decoded, places);
    }

    // The bytes read; fewer than there is room for where the file has become shorter.
    private static int ReadAll(SafeFileHandle file, Span<byte> bytes)
    {
        var done = 0;
        while (done < bytes.Length && RandomAccess.Read(file, bytes[done..], done) is > 0 and var more) done += more;
        return done;
    }
}
