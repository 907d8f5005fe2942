using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace InternVideoNext.Notebooks.Html;

/// <summary>C# as HTML with coloured words.</summary>
internal static class CodeMarkup
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    public static string Render(string source)
    {
        var html = new StringBuilder();
        var end = 0;
        foreach (var token in SyntaxFactory.ParseTokens(source, options: Script))
        {
            Trivia(html, token.LeadingTrivia);
            Append(html, token.Text, ClassOf(token));
            Trivia(html, token.TrailingTrivia);
            end = token.FullSpan.End;
        }
        return html.Append(WebUtility.HtmlEncode(source[end..])).ToString();
    }

    private static void Trivia(StringBuilder html, SyntaxTriviaList list)
    {
        foreach (var trivia in list)
            Append(html, trivia.ToFullString(),
                trivia.IsDirective ? "directive" : string.IsNullOrWhiteSpace(trivia.ToString()) ? "" : "comment");
    }

    private static string ClassOf(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringToken
            or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken =>
                "text",
        SyntaxKind.NumericLiteralToken => "number",
        var kind when SyntaxFacts.IsKeywordKind(kind) => "keyword",
        SyntaxKind.IdentifierToken when token.Text is "var" or "await" or "async" or "record" or "with" => "keyword",
        _ => "",
    };

    private static void Append(StringBuilder html, string text, string style)
    {
        if (text.Length == 0) return;
        var escaped = WebUtility.HtmlEncode(text);
        html.Append(style.Length == 0 ? escaped : $"<span class=\"{style}\">{escaped}</span>");
    }
}
