namespace InternVideoNext.Training;

/// <summary>Which parameters AdamW decays (method, section 8; the released code's rule).</summary>
public static class WeightDecayRule
{
    private static readonly HashSet<string> Undecayed = ["cls_token", "pos_embed", "clip_pos_embed"];

    /// <summary>
    /// Whether a parameter decays: not vectors, biases, <c>cls_token</c>, <c>pos_embed</c>, <c>clip_pos_embed</c>.
    /// The predictor's <c>diff_pos_embed</c> and mask token do decay, as in the released code.
    /// </summary>
    /// <param name="name">The parameter's dotted name; only its last part counts.</param>
    /// <param name="dimensions">How many dimensions the parameter has.</param>
    public static bool Decays(string name, long dimensions)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return dimensions > 1 && !last.EndsWith("bias", StringComparison.Ordinal) && !Undecayed.Contains(last);
    }
}
