using System.Buffers;

namespace InternVideoNext.Data;

/// <summary>
/// Takes apart what ffmpeg gives of several files: frames of one size, and after each file a marker frame. A file that gave
/// fewer frames than it should is seen by its marker coming early, and the files after it are none the worse.
/// </summary>
/// <param name="width">Pixels across of the frames as they come: the widest file's.</param>
/// <param name="height">Pixels down of the frames as they come: the highest file's.</param>
internal sealed class FrameParser(int width, int height)
{
    private readonly byte[] _marker = Marker(width, height);

    /// <summary>The marker's colour, red green blue, as ffmpeg writes it: one that no film shows from edge to edge, and if one
    /// does, its frame counts as missing and the file is read by itself.</summary>
    public const string MarkerColour = "0x0BADF1";

    /// <summary>Hands over the frames of each file that gave all of them.</summary>
    /// <param name="stream">Frames and markers.</param>
    /// <param name="files">For each file how many frames it should give, and their size without padding.</param>
    /// <param name="deliver">Told the file's place and its frames, which are there only until it returns.</param>
    public void Read(Stream stream, IReadOnlyList<(int Count, int Width, int Height)> files, Action<int, VideoFrames> deliver)
    {
        var size = width * height * 3;
        var frame = ArrayPool<byte>.Shared.Rent(size);
        var pixels = ArrayPool<byte>.Shared.Rent(files.Max(f => checked(f.Count * f.Width * f.Height * 3)));
        try
        {
            for (var i = 0; i < files.Count; i++)
            {
                if (ReadFile(stream, files[i], frame.AsSpan(0, size), pixels) is not { } found) return;
                if (found == files[i].Count) deliver(i, new VideoFrames(pixels, found, files[i].Width, files[i].Height));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    // The number of frames before the file's marker; null where the stream ends or is out of step.
    private int? ReadFile(Stream stream, (int Count, int Width, int Height) file, Span<byte> frame, byte[] pixels)
    {
        var padded = (file.Width, file.Height) != (width, height);
        for (var found = 0; ; found++)
        {
            var place = padded || found == file.Count ? frame : pixels.AsSpan(found * frame.Length, frame.Length);
            if (stream.ReadAtLeast(place, place.Length, throwOnEndOfStream: false) < place.Length) return null;
            if (place.SequenceEqual(_marker)) return found;
            if (found == file.Count) return null;
            if (padded) Crop(place, pixels.AsSpan(found * file.Width * file.Height * 3), file.Width, file.Height);
        }
    }

    private void Crop(ReadOnlySpan<byte> frame, Span<byte> destination, int w, int h)
    {
        for (var y = 0; y < h; y++) frame.Slice(y * width * 3, w * 3).CopyTo(destination[(y * w * 3)..]);
    }

    private static byte[] Marker(int width, int height)
    {
        var frame = new byte[width * height * 3];
        for (var i = 0; i < frame.Length; i += 3) (frame[i], frame[i + 1], frame[i + 2]) = (0x0B, 0xAD, 0xF1);
        return frame;
    }
}
