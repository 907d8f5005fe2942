namespace InternVideoNext.Data;

/// <summary>ffmpeg's filter that keeps chosen frames.</summary>
internal static class FrameSelect
{
    // Above these a decision costs ffmpeg less than a look at every term, below it only lengthens the command line.
    private const int Summed = 8;

    /// <summary>The filter, with the comma that joins it to the next.</summary>
    /// <param name="frames">Frames counted from 0, distinct, ascending, at least one.</param>
    /// <param name="counter">
    /// ffmpeg's name of what counts them: <c>n</c>, how many have come, or <c>pts</c>, the time on the grid.
    /// </param>
    public static string Filter(ReadOnlySpan<int> frames, string counter = "n") => $"select={Any(frames, counter)},";

    // A balanced tree of brackets: ffmpeg refuses long plain sums, whose parse is as deep as they are long.
    private static string Any(ReadOnlySpan<int> frames, string counter)
    {
        if (frames.Length == 1) return FormattableString.Invariant($"eq({counter}\\,{frames[0]})");
        var half = frames.Length / 2;
        var (early, late) = (Any(frames[..half], counter), Any(frames[half..], counter));
        return frames.Length <= Summed ? $"({early}+{late})"
            : FormattableString.Invariant($"if(lt({counter}\\,{frames[half]})\\,{early}\\,{late})");
    }
}
