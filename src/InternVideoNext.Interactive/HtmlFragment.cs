namespace InternVideoNext.Interactive;

/// <summary>Markup written by hand, shown as it is: the caller answers for its being well-formed and for what it fetches.</summary>
/// <param name="html">The markup.</param>
public sealed class HtmlFragment(string html) : HtmlView
{
    /// <inheritdoc/>
    public override string ToHtml() => html;
}
