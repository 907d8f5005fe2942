namespace InternVideoNext.Interactive.Rendering;

/// <summary>The five row filters of PNG, chosen per row by the smallest sum of absolute differences (specification, 12.7).</summary>
internal static class PngFilter
{
    private const int Filters = 5;

    /// <summary>Writes the filter's number and the filtered row.</summary>
    /// <param name="row">The row's bytes.</param>
    /// <param name="above">The row above, zeros for the first.</param>
    /// <param name="step">Bytes per pixel.</param>
    /// <param name="output">row.Length + 1 bytes.</param>
    public static void Best(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> output)
    {
        var candidate = new byte[output.Length];
        var smallest = long.MaxValue;
        for (var filter = 0; filter < Filters; filter++)
        {
            var sum = Apply(filter, row, above, step, candidate);
            if (sum >= smallest) continue;
            smallest = sum;
            candidate.CopyTo(output);
        }
    }

    private static long Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, byte[] output)
    {
        output[0] = (byte)filter;
        var sum = 0L;
        for (var i = 0; i < row.Length; i++)
        {
            int left = i >= step ? row[i - step] : 0, up = above[i], corner = i >= step ? above[i - step] : 0;
            var predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
            var difference = (byte)(row[i] - predicted);
            output[i + 1] = difference;
            sum += Math.Abs((int)(sbyte)difference);
        }

        return sum;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        int toLeft = Math.Abs(estimate - left), toUp = Math.Abs(estimate - up), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
