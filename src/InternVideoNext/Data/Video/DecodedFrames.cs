namespace InternVideoNext.Data;

/// <summary>Frames as ffmpeg gave them, perhaps fewer than asked for.</summary>
/// <param name="Frames">The frames.</param>
/// <param name="Errors">What ffmpeg complained of; empty for nothing.</param>
internal sealed record DecodedFrames(VideoFrames Frames, string Errors)
{
    /// <summary>Places of the wanted frames where these are all of a file's.</summary>
    /// <exception cref="VideoReadException">Some are lost to damage.</exception>
    public SampledFrames Choose(string path, IReadOnlyList<int> indices)
    {
        var wanted = indices.Distinct().ToArray();
        var found = wanted.Count(i => i < Frames.Count);
        Check(path, found, wanted.Length);
        // Nothing wanted is there: the file is far shorter than it says, and its last frame is all we can repeat.
        var last = found > 0 ? wanted[found - 1] : Frames.Count - 1;
        return new SampledFrames(Frames, [.. indices.Select(i => Math.Min(i, last))]);
    }

    /// <summary>Places of the wanted frames where these are the wanted ones, as far as the file had them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="indices">Wanted frames; may repeat.</param>
    /// <param name="wanted">The same without repetition.</param>
    /// <exception cref="VideoReadException">Some are lost to damage.</exception>
    public SampledFrames Arrange(string path, IReadOnlyList<int> indices, int[] wanted)
    {
        Check(path, Frames.Count, wanted.Length);
        return new SampledFrames(Frames, [.. indices.Select(i => Math.Min(Array.IndexOf(wanted, i), Frames.Count - 1))]);
    }

    // A file somewhat shorter than it says is sound: its last frame is repeated. One that ffmpeg complains of is damaged.
    private void Check(string path, int found, int wanted)
    {
        if (found < wanted && Errors.Length > 0)
        {
            throw new VideoReadException(
                path, $"it breaks off: only {found} of {wanted} frames could be decoded: {Errors}", isFinal: false);
        }
    }
}
