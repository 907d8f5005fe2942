namespace InternVideoNext.Models;

/// <summary>How many tokens each part of a step works on.</summary>
/// <param name="Classes">Class tokens.</param>
/// <param name="All">N, tokens of a clip.</param>
/// <param name="Visible">Tokens that the student sees, for each mask of a step; means where masks differ in size.</param>
internal sealed record ClipTokens(int Classes, int All, IReadOnlyList<double> Visible)
{
    /// <summary>Tokens to be predicted, for each mask.</summary>
    public IEnumerable<double> Masked => Visible.Select(visible => All - visible);

    /// <summary>The student's sequence, class tokens included, for each mask.</summary>
    public IEnumerable<double> Seen => Visible.Select(visible => Classes + visible);

    /// <summary>The full sequence, class tokens included.</summary>
    public int Full => Classes + All;
}
