using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Text that is already markup. <see cref="Of"/> escapes everything interpolated into it except other markup.</summary>
internal readonly record struct Markup(string Text)
{
    public static Markup Empty { get; } = new("");

    /// <summary>Builds markup: the literal parts as they are, strings and numbers (invariant culture) escaped.</summary>
    public static Markup Of(MarkupHandler handler) => new(handler.ToText());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <summary>Escapes for element content and quoted attributes. Characters that XML forbids become U+FFFD.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var pair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], c);
            if (pair) result.Append(c).Append(text[++i]);
            else result.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                _ => XmlConvert.IsXmlChar(c) ? c.ToString() : "\uFFFD",
            });
        }

        return result.ToString();
    }

    public override string ToString() => Text;
}

/// <summary>Collects an interpolated string for <see cref="Markup.Of"/>, escaping what is inserted.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupHandler(int literalLength, int formattedCount)
{
    private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Markup markup) => _text.Append(markup.Text);

    public void AppendFormatted(string? text) => _text.Append(Markup.Escape(text ?? ""));

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable =>
        _text.Append(Markup.Escape(value.ToString(format, CultureInfo.InvariantCulture)));

    public string ToText() => _text.ToString();
}
