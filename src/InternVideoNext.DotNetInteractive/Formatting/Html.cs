namespace InternVideoNext.DotNetInteractive.Formatting;

/// <summary>Markup that is shown as it is, scripts included, with the words that stand for it where there is no HTML.</summary>
/// <param name="Markup">The markup.</param>
internal sealed record Html(string Markup)
{
    /// <summary>The words.</summary>
    public string Text { get; init; } = "";
}
