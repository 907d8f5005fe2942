using Jint;

namespace InternVideoNext.Notebooks.Html;

/// <summary>
/// TeX as MathML, by KaTeX run here: the page needs no script, no font and no network, and browsers draw MathML themselves.
/// </summary>
internal sealed class MathMarkup
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
            return engine.Evaluate("katex.renderToString(tex, { output: 'mathml', displayMode: display, strict: 'ignore' })").ToString();
        }
        catch (Jint.Runtime.JavaScriptException e)
        {
            throw new NotebookException($"the formula '{tex}' cannot be shown: {e.Message}");
        }
    }

    private static Engine Load()
    {
        using var stream = typeof(MathMarkup).Assembly.GetManifestResourceStream("katex.min.js")!;
        using var reader = new StreamReader(stream);
        return new Engine().Execute(reader.ReadToEnd());
    }
}
