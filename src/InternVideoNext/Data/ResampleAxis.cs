namespace InternVideoNext.Data;

/// <summary>Where each output pixel of one axis takes its value from. Weights of one output sum to 1.</summary>
/// <param name="Starts">[S] first input pixel.</param>
/// <param name="Taps">Input pixels per output pixel, no more than the output with the most needs; zero weights fill up the others.</param>
/// <param name="Weights">[S, Taps].</param>
internal sealed record ResampleAxis(int[] Starts, int Taps, float[] Weights)
{
    /// <summary>The triangle filter, widened by the reduction when reducing.</summary>
    /// <param name="length">Input pixels.</param>
    /// <param name="size">S, output pixels.</param>
    /// <param name="reversed">Whether the output runs backwards.</param>
    public static ResampleAxis Create(int length, int size, bool reversed)
    {
        var scale = (double)length / size;
        var reach = Math.Max(1, scale);
        var taps = Math.Min(length, (2 * (int)Math.Ceiling(reach)) + 1);
        var starts = new int[size];
        var weights = new float[size * taps];
        Span<double> exact = stackalloc double[Math.Min(taps, 512)];
        if (taps > exact.Length) exact = new double[taps];
        for (var i = 0; i < size; i++)
        {
            var centre = (i + 0.5) * scale;
            var start = Math.Clamp((int)Math.Floor(centre - reach + 0.5), 0, length - taps);
            var sum = 0.0;
            for (var k = 0; k < taps; k++) sum += exact[k] = Math.Max(0, 1 - (Math.Abs(start + k + 0.5 - centre) / reach));
            var at = reversed ? size - 1 - i : i;
            starts[at] = start;
            for (var k = 0; k < taps; k++) weights[(at * taps) + k] = (float)(exact[k] / sum);
        }
        return new ResampleAxis(starts, taps, weights).Trimmed(length);
    }

    // A weight of zero costs as much as any other, so an output begins with its first other one (or, at the far end, early enough
    // to stay inside).
    private ResampleAxis Trimmed(int length)
    {
        var taps = 1;
        for (var i = 0; i < Starts.Length; i++) taps = Math.Max(taps, NonZero(i).Length);
        var starts = new int[Starts.Length];
        var weights = new float[Starts.Length * taps];
        for (var i = 0; i < starts.Length; i++)
        {
            var first = Starts[i] + Of(i).IndexOfAnyExcept(0f);
            starts[i] = Math.Min(first, length - taps);
            NonZero(i).CopyTo(weights.AsSpan((i * taps) + first - starts[i]));
        }
        return new ResampleAxis(starts, taps, weights);
    }

    private ReadOnlySpan<float> Of(int output) => Weights.AsSpan(output * Taps, Taps);

    private ReadOnlySpan<float> NonZero(int output) =>
        Of(output)[Of(output).IndexOfAnyExcept(0f)..(Of(output).LastIndexOfAnyExcept(0f) + 1)];
}
