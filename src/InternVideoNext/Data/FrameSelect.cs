namespace InternVideoNext.Data;

/// <summary>ffmpeg's filter that keeps chosen frames.</summary>
internal static class FrameSelect
{
    /// <summary>The filter, with the comma that joins it to the next.</summary>
    /// <param name="frames">Frames counted from 0, distinct, at least one.</param>
    public static string Filter(ReadOnlySpan<int> frames) => $"select={Sum(frames)},";

    // A balanced tree of brackets: ffmpeg refuses long plain sums, whose parse is as deep as they are long.
    private static string Sum(ReadOnlySpan<int> frames)
    {
        if (frames.Length == 1) return FormattableString.Invariant($"eq(n\\,{frames[0]})");
        var half = frames.Length / 2;
        return $"({Sum(frames[..half])}+{Sum(frames[half..])})";
    }
}
