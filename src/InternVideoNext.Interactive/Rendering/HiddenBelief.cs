using InternVideoNext.Modules;

namespace InternVideoNext.Interactive.Rendering;

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
