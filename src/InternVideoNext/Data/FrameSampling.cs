using InternVideoNext.Randomness;

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
