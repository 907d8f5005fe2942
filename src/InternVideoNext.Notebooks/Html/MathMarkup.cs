using System.Text.RegularExpressions;
using Jint;

namespace InternVideoNext.Notebooks.Html;

/// <summary>
/// TeX as MathML, by KaTeX run here: the page needs no script, no font and no network, and browsers draw MathML themselves.
/// </summary>
internal sealed partial class MathMarkup
{
    // Loading KaTeX takes seconds: only for pages that have mathematics.
    private readonly Lazy<Engine> _engine = new(Load);

    /// <summary>The formula as a MathML element.</summary>
    /// <param name="tex">TeX, without dollar signs.</param>
    /// <param name="display">On a line of its own.</param>
    /// <exception cref="NotebookException">KaTeX does not understand it.</exception>
    public string Render(string tex, bool display)
    {
        var engine = _engine.Value;
        engine.SetValue("tex", tex).SetValue("display", display);
        try
        {
            var markup = engine.Evaluate("katex.renderToString(tex, { output: 'mathml', displayMode: display, strict: 'ignore' })")
                .ToString();
            return StyledLetter()
                .Replace(markup, match => $"<mi mathvariant=\"normal\">{Letter(match.Groups[1].Value, match.Groups[2].Value[0])}</mi>");
        }
        catch (Jint.Runtime.JavaScriptException e)
        {
            throw new NotebookException($"the formula '{tex}' cannot be shown: {e.Message}");
        }
    }

    // Browsers know no other variant than normal any more; Unicode has the letters, some of them outside their alphabet's row.
    private static string Letter(string variant, char letter)
    {
        var (known, first) = variant == "script" ? ("B\u212CE\u2130F\u2131H\u210BI\u2110L\u2112M\u2133R\u211B", 0x1D49C)
            : ("C\u2102H\u210DN\u2115P\u2119Q\u211AR\u211DZ\u2124", 0x1D538);
        var place = known.IndexOf(letter, StringComparison.Ordinal);
        return place >= 0 ? known[place + 1].ToString() : char.ConvertFromUtf32(first + letter - 'A');
    }

    [GeneratedRegex("<mi mathvariant=\"(script|double-struck)\">([A-Z])</mi>")]
    private static partial Regex StyledLetter();

    private static Engine Load()
    {
        using var stream = typeof(MathMarkup).Assembly.GetManifestResourceStream("katex.min.js")!;
        using var reader = new StreamReader(stream);
        return new Engine().Execute(reader.ReadToEnd());
    }
}
