namespace InternVideoNext.Data;

/// <summary>Gives frames of video files: from a decoder, or from memory in front of one. Thread-safe.</summary>
public interface IFrameReader
{
    /// <summary>Frames of one file.</summary>
    /// <param name="path">A local file.</param>
    /// <param name="info">What is known of it.</param>
    /// <param name="indices">Wanted frames on the file's constant-rate grid, ascending, each in 0..FrameCount-1.</param>
    /// <param name="cancellation">Ends the reading and any process it started.</param>
    /// <exception cref="VideoReadException">The file cannot be decoded, lost frames to damage, or took too long.</exception>
    SampledFrames Read(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation);
}
