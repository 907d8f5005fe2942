namespace InternVideoNext.Interactive.Rendering;

// .NET Interactive finds both types below by name and shape, so that no reference to the engine is needed.

[AttributeUsage(AttributeTargets.Class)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    public Type FormatterSourceType { get; } = formatterSourceType;

    public string[] PreferredMimeTypes { get; set; } = [];
}

/// <summary>Formats every <see cref="IHtmlView"/> for .NET Interactive, which makes it by reflection.</summary>
internal sealed class ViewFormatterSource
{
#pragma warning disable CA1822 // The engine calls instance members.
    public IEnumerable<object> CreateTypeFormatters() => [new HtmlFormatter(), new PictureFormatter("image/png"), new PictureFormatter("image/svg+xml"), new PlainTextFormatter()];

    internal sealed class HtmlFormatter
    {
        public string MimeType => "text/html";

        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not IHtmlView view) return false;
            writer.Write(view.ToHtml());
            return true;
        }
    }

    // What a notebook saved by this engine shows where HTML is cut down.
    internal sealed class PictureFormatter(string mimeType)
    {
        public string MimeType => mimeType;

        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not HtmlView view || !view.ToStaticBundle().TryGetValue(mimeType, out var picture)) return false;
            writer.Write(picture);
            return true;
        }
    }

    internal sealed class PlainTextFormatter
    {
        public string MimeType => "text/plain";

        public bool Format(object instance, TextWriter writer)
        {
            if (instance is not IHtmlView) return false;
            writer.Write(instance.ToString());
            return true;
        }
    }
#pragma warning restore CA1822
}
