namespace InternVideoNext.Interactive.Rendering;

/// <summary>Puts frames beside each other, and strips under each other, with transparent gaps.</summary>
internal static class StripComposer
{
    /// <summary>
    /// Indices of at most <paramref name="maximum"/> of <paramref name="count"/> frames, evenly spaced, first and last among them.
    /// </summary>
    public static IReadOnlyList<int> Pick(int count, int maximum)
    {
        if (count <= maximum) return [.. Enumerable.Range(0, count)];
        if (maximum == 1) return [0];
        return [.. Enumerable.Range(0, maximum).Select(i => (int)Math.Round(i * (count - 1.0) / (maximum - 1)))];
    }

    /// <summary>One row of frames as an RGBA picture.</summary>
    public static Picture Strip(FrameStack frames, int gap, string alt)
    {
        var width = (frames.Count * (frames.Width + gap)) - gap;
        var pixels = new byte[width * frames.Height * 4];
        for (var t = 0; t < frames.Count; t++)
        {
            for (var y = 0; y < frames.Height; y++)
            {
                for (var x = 0; x < frames.Width; x++)
                {
                    var target = pixels.AsSpan(((y * width) + (t * (frames.Width + gap)) + x) * 4, 4);
                    frames.Pixel(t, y, x).CopyTo(target);
                    target[3] = byte.MaxValue;
                }
            }
        }

        return new Picture(width, frames.Height, pixels) { Alt = alt };
    }

    /// <summary>Pictures of one width under each other.</summary>
    public static Picture Stack(IReadOnlyList<Picture> rows, int gap)
    {
        var width = rows.Max(row => row.Width);
        var height = rows.Sum(row => row.Height + gap) - gap;
        var pixels = new byte[width * height * 4];
        var top = 0;
        foreach (var row in rows)
        {
            for (var y = 0; y < row.Height; y++)
                row.Pixels.Span.Slice(y * row.Width * 4, row.Width * 4).CopyTo(pixels.AsSpan((top + y) * width * 4));
            top += row.Height + gap;
        }

        return new Picture(width, height, pixels) { Alt = string.Join("; ", rows.Select(row => row.Alt)) };
    }
}
