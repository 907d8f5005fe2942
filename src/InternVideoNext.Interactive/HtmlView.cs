using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>
/// Base of every display type. Notebook engines find the way to show it by themselves: .NET Interactive by the attribute,
/// Verso by the public method <see cref="ToHtml"/>. A view copies what it needs when it is made, so that tensors may be
/// disposed afterwards; it never changes or disposes a tensor given to it.
/// </summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = ["text/html", "text/plain"])]
public abstract class HtmlView : IHtmlView
{
    /// <summary>A line of explanation shown with the view, or null.</summary>
    public string? Caption { get; init; }

    /// <inheritdoc/>
    public abstract string ToHtml();

    /// <summary>
    /// What a saved notebook keeps of the view, by MIME type (pictures in base64): shown where HTML is cut down, as on the
    /// pages of code hosts. Views that are pictures give the picture here; the others their HTML.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> ToStaticBundle() =>
        new Dictionary<string, string> { ["text/html"] = ToHtml(), ["text/plain"] = ToString() };

    /// <summary>
    /// The words that a saved notebook shows beneath a picture that <see cref="ToStaticBundle"/> gives, or null. Of a bundle
    /// a page shows the richest type alone, so that words beside a picture would stay unseen.
    /// </summary>
    public virtual string? ToStaticCaption() => null;

    /// <summary>One line for places that show no HTML.</summary>
    public override string ToString() => Caption is null ? GetType().Name : $"{GetType().Name}: {Caption}";

    /// <summary>The body in a figure, with the caption under it.</summary>
    private protected static string Figure(Markup body, string? caption) => Markup.Of(
        $"""<figure class="ivn" style="margin:0 0 1em">{body}{CaptionMarkup(caption)}</figure>""").Text;

    private static Markup CaptionMarkup(string? caption) => string.IsNullOrEmpty(caption)
        ? Markup.Empty
        : Markup.Of($"""<figcaption style="font-size:.85em;opacity:.8;margin-top:.4em;max-width:60em">{caption}</figcaption>""");
}
