namespace InternVideoNext.Interactive.Rendering;

// .NET Interactive finds both types below by name and shape, so that no reference to the engine is needed.

[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    public string[] PreferredMimeTypes { get; set; } = [];
}

/// <summary>Formats every <see cref="IHtmlView"/> for .NET Interactive, which makes it by reflection.</summary>
internal class ViewFormatterSource
{
#pragma warning disable CA1822 // The engine calls instance members.
    public virtual IEnumerable<object> CreateTypeFormatters() =>
        [new ViewFormatter("text/html", view => view.ToHtml()), new ViewFormatter("text/plain", view => view.ToString())];
#pragma warning restore CA1822
}

/// <summary>Views that are PNG pictures where HTML is cut down: a notebook saved by the engine keeps them too.</summary>
internal sealed class PngFormatterSource : ViewFormatterSource
{
    public override IEnumerable<object> CreateTypeFormatters() => [.. base.CreateTypeFormatters(), ViewFormatter.Static("image/png")];
}

/// <summary>Writes a view as one MIME type; the engine looks for these two members.</summary>
internal sealed class ViewFormatter(string mimeType, Func<IHtmlView, string?> text)
{
    public string MimeType => mimeType;

    public static ViewFormatter Static(string mimeType) =>
        new(mimeType, view => (view as HtmlView)?.ToStaticBundle().GetValueOrDefault(mimeType));

    public bool Format(object instance, TextWriter writer)
    {
        if (instance is not IHtmlView view || text(view) is not { } written) return false;
        writer.Write(written);
        return true;
    }
}
