using InternVideoNext.Modules;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Draws beliefs and places over enlarged frames.</summary>
/// <param name="frames">Changed.</param>
/// <param name="grid">Their tokens.</param>
/// <param name="stroke">Width of lines in pixels.</param>
internal sealed class BeliefPainter(FrameStack frames, TokenGrid grid, int stroke)
{
    private const double RingRadius = 0.09; // of the picture's width

    private readonly PatchMap _map = new(frames, grid);

    private static ReadOnlySpan<byte> Orange => [255, 140, 0];

    private static ReadOnlySpan<byte> White => [255, 255, 255];

    private static ReadOnlySpan<byte> Black => [0, 0, 0];

    /// <summary>Hidden cells towards orange by their share of the belief; the chosen one with an orange edge.</summary>
    public void Tint(int t, bool[] hidden, HiddenBelief belief)
    {
        var (rows, columns, chosen) = (frames.Height / grid.Height, frames.Width / grid.Width, belief.Chosen);
        for (var y = 0; y < frames.Height; y++)
        {
            for (var x = 0; x < frames.Width; x++)
            {
                var token = _map.Token(t, y, x);
                if (!hidden[token]) continue;
                var edge = Math.Min(Math.Min(y % rows, rows - 1 - (y % rows)), Math.Min(x % columns, columns - 1 - (x % columns)));
                Mix(frames.Pixel(t, y, x), token == chosen && edge < stroke ? 1 : belief.Of(token));
            }
        }
    }

    /// <summary>A white ring with black edges; it goes on at the other side of the picture.</summary>
    /// <param name="t">The frame.</param>
    /// <param name="centre">As shares of width and height.</param>
    public void Ring(int t, (double X, double Y) centre)
    {
        var radius = RingRadius * frames.Width;
        for (var y = 0; y < frames.Height; y++)
        {
            for (var x = 0; x < frames.Width; x++)
            {
                var off = Math.Abs(Math.Sqrt(Square(x, centre.X, frames.Width) + Square(y, centre.Y, frames.Height)) - radius);
                if (off <= stroke) (off <= stroke / 2.0 ? White : Black).CopyTo(frames.Pixel(t, y, x));
            }
        }
    }

    private static double Square(int pixel, double centre, int side)
    {
        var apart = Math.Abs(pixel + 0.5 - (centre * side));
        apart = Math.Min(apart, side - apart);
        return apart * apart;
    }

    private static void Mix(Span<byte> pixel, double share)
    {
        for (var i = 0; i < pixel.Length; i++) pixel[i] = (byte)Math.Round((pixel[i] * (1 - share)) + (Orange[i] * share));
    }
}

/// <summary>How a belief is spread over the hidden cells of a frame: shares that sum to 1, by token.</summary>
internal sealed class HiddenBelief(IReadOnlyDictionary<int, double> shares)
{
    /// <summary>The token with the largest share; null where nothing of the frame is hidden.</summary>
    public int? Chosen => shares.Count == 0 ? null : shares.MaxBy(share => share.Value).Key;

    /// <summary>A token's share; 0 for visible ones.</summary>
    public double Of(int token) => shares.GetValueOrDefault(token);

    /// <summary>The softmax over the hidden cells of frame <paramref name="t"/>.</summary>
    public static HiddenBelief Of(int t, double[] scores, bool[] hidden, TokenGrid grid)
    {
        var tokens = Enumerable.Range(t * grid.TokensPerFrame, grid.TokensPerFrame).Where(token => hidden[token]).ToList();
        if (tokens.Count == 0) return new(new Dictionary<int, double>());
        var highest = tokens.Max(token => scores[token]);
        var sum = tokens.Sum(token => Math.Exp(scores[token] - highest));
        return new(tokens.ToDictionary(token => token, token => Math.Exp(scores[token] - highest) / sum));
    }
}
