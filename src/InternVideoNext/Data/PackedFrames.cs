namespace InternVideoNext.Data;

/// <summary>What has to be decoded of a packed video for the frames wanted of it.</summary>
/// <param name="Wanted">The frames.</param>
/// <param name="Stream">A stream that begins with a key frame, as short as can be.</param>
/// <param name="Decoded">Frames in it.</param>
/// <param name="Places">Place of each wanted frame, without repetition, among these.</param>
internal sealed record PackedFrames(WantedFrames Wanted, byte[] Stream, int Decoded, IReadOnlyList<int> Places)
{
    /// <summary>Takes it from the file.</summary>
    /// <param name="wanted">Frames of a packed video.</param>
    /// <exception cref="VideoReadException">The file cannot be read, is no packed video, or lacks a frame.</exception>
    public static PackedFrames Open(WantedFrames wanted)
    {
        try
        {
            var video = PackedVideo.Parse(wanted.Path, File.ReadAllBytes(LocalVideoInput.CheckedFile(wanted.Path).FullName));
            if (wanted.Distinct[^1] >= video.Count)
                throw new VideoReadException(wanted.Path, $"it breaks off: frame {wanted.Distinct[^1]} is wanted, it holds {video.Count}", isFinal: false);
            using var stream = new MemoryStream();
            var places = new List<int>();
            var decoded = 0;
            video.Collect(wanted.Distinct, stream, ref decoded, places);
            return new PackedFrames(wanted, stream.ToArray(), decoded, places);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VideoReadException(wanted.Path, e.Message);
        }
    }
}
