namespace InternVideoNext.Data;

/// <summary>Frames as ffmpeg gave them, perhaps fewer than asked for.</summary>
/// <param name="Frames">The frames.</param>
/// <param name="Errors">What ffmpeg complained of; empty for nothing.</param>
internal sealed record DecodedFrames(VideoFrames Frames, string Errors)
{
    /// <summary>Places of the wanted frames where these are all of a file's.</summary>
    /// <exception cref="MissingFramesException">Some are not there.</exception>
    public SampledFrames Choose(string path, IReadOnlyList<int> indices)
    {
        if (indices.Any(i => i >= Frames.Count))
        {
            var wanted = indices.Distinct().ToList();
            throw new MissingFramesException(path, wanted.Count(i => i < Frames.Count), wanted.Count, Errors, Frames.Count);
        }
        return new SampledFrames(Frames, [.. indices]);
    }

    /// <summary>Places of the wanted frames where these are the wanted ones.</summary>
    /// <param name="path">The file.</param>
    /// <param name="indices">Wanted frames; may repeat.</param>
    /// <param name="wanted">The same without repetition.</param>
    /// <exception cref="MissingFramesException">Some are not there.</exception>
    public SampledFrames Arrange(string path, IReadOnlyList<int> indices, int[] wanted) =>
        Frames.Count < wanted.Length ? throw new MissingFramesException(path, Frames.Count, wanted.Length, Errors)
        : new SampledFrames(Frames, [.. indices.Select(i => Array.IndexOf(wanted, i))]);
}
