using InternVideoNext.Foundation;

namespace InternVideoNext.Masking;

/// <summary>Turns a ratio into a number of tokens.</summary>
internal static class MaskRatio
{
    /// <summary>floor(ratio * tokens), checked to leave at least one token visible and one masked.</summary>
    /// <param name="ratio">Share of tokens to mask.</param>
    /// <param name="tokens">Tokens it is a share of.</param>
    /// <param name="of">What the tokens are, for the message.</param>
    public static int MaskedCount(double ratio, int tokens, string of)
    {
        var masked = double.IsFinite(ratio) ? (int)Math.Floor(ratio * tokens) : -1;
        if (ratio is <= 0.0 or >= 1.0 || masked < 1 || masked >= tokens)
            throw new ConfigurationException(
                $"masking.ratio = {ratio}: of the {tokens} tokens of a {of} it must leave at least one masked and one visible.");
        return masked;
    }
}
