namespace InternVideoNext.Interactive;

/// <summary>Something that shows itself as HTML: in .NET Interactive, in Verso, in our notebook runner and in a report.</summary>
public interface IHtmlView
{
    /// <summary>
    /// A self-contained fragment: inline styles, inline SVG and data URIs; no script, no identifier, nothing fetched.
    /// It is well-formed XML as well, so that it can be placed in any page.
    /// </summary>
    string ToHtml();
}
