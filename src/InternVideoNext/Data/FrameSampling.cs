using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>Sparse sampling in time (method, section 9): T equal segments over the whole video, one frame from each.</summary>
public static class FrameSampling
{
    /// <summary>One random frame of each segment, for training.</summary>
    /// <param name="frameCount">Frames of the video, at least 1.</param>
    /// <param name="samples">T, at least 1. Where it exceeds the frames, frames repeat.</param>
    /// <param name="random">Drawn from T times.</param>
    /// <returns>T ascending indices in 0..frameCount-1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive.</exception>
    public static int[] Random(int frameCount, int samples, DeterministicRandom random) =>
        Sample(frameCount, samples, random.NextInt);

    /// <summary>The middle frame of each segment, for evaluation.</summary>
    /// <inheritdoc cref="Random" path="/param"/>
    /// <inheritdoc cref="Random" path="/returns"/>
    /// <inheritdoc cref="Random" path="/exception"/>
    public static int[] Middles(int frameCount, int samples) => Sample(frameCount, samples, length => length / 2);

    /// <summary>The first frame of each segment.</summary>
    /// <inheritdoc cref="Random" path="/param"/>
    /// <inheritdoc cref="Random" path="/returns"/>
    /// <inheritdoc cref="Random" path="/exception"/>
    public static int[] Starts(int frameCount, int samples) => Sample(frameCount, samples, _ => 0);

    /// <summary>One frame of each segment, at one of several evenly spaced places in it: the sparse views of a clip.</summary>
    /// <param name="frameCount">Frames of the video, at least 1.</param>
    /// <param name="samples">T, at least 1.</param>
    /// <param name="view">Which view, from 0.</param>
    /// <param name="views">How many there are; of one, the middles are taken.</param>
    /// <inheritdoc cref="Random" path="/returns"/>
    /// <inheritdoc cref="Random" path="/exception"/>
    public static int[] Shifted(int frameCount, int samples, int view, int views) =>
        Sample(frameCount, samples, length => (int)((long)length * ((2 * view) + 1) / (2L * views)));

    /// <summary>
    /// Neighbouring frames at a fixed distance, in the middle of one of several equal parts of the video: the dense views of a clip.
    /// </summary>
    /// <param name="frameCount">Frames of the video, at least 1.</param>
    /// <param name="samples">T, at least 1.</param>
    /// <param name="stride">Distance of neighbouring frames, at least 1.</param>
    /// <param name="part">Which part, from 0.</param>
    /// <param name="parts">How many there are.</param>
    /// <returns>
    /// T ascending indices in 0..frameCount-1; where a window is longer than the video, its ends repeat the first or last frame.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive.</exception>
    public static int[] Dense(int frameCount, int samples, int stride, int part, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frameCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parts);
        var window = ((samples - 1) * stride) + 1;
        var middle = frameCount * ((2 * part) + 1) / (2 * parts);
        // A window that fits into the video is kept whole.
        var start = Math.Clamp(middle - (window / 2), Math.Min(0, frameCount - window), Math.Max(0, frameCount - window));
        return [.. Enumerable.Range(0, samples).Select(i => Math.Clamp(start + (i * stride), 0, frameCount - 1))];
    }

    private static int[] Sample(int frameCount, int samples, Func<int, int> place)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frameCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        var indices = new int[samples];
        for (var i = 0; i < samples; i++)
        {
            var start = (int)((long)i * frameCount / samples);
            var end = (int)((i + 1L) * frameCount / samples);
            indices[i] = start + place(Math.Max(1, end - start));
        }
        return indices;
    }
}
