using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;

namespace InternVideoNext.Notebooks.Html;

/// <summary>Writes the mathematics of Markdown as MathML.</summary>
/// <param name="math">Renders a formula.</param>
internal sealed class MathExtension(MathMarkup math) : IMarkdownExtension
{
    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        // The parsers come from UseMathematics().
    }

    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
    {
        if (renderer is not HtmlRenderer html) return;
        html.ObjectRenderers.Replace<HtmlMathInlineRenderer>(new InlineRenderer(math));
        html.ObjectRenderers.Replace<HtmlMathBlockRenderer>(new BlockRenderer(math));
    }

    private sealed class InlineRenderer(MathMarkup math) : HtmlObjectRenderer<MathInline>
    {
        // $$...$$ within a paragraph is a formula on a line of its own too; a paragraph may hold a span, but no div.
        protected override void Write(HtmlRenderer renderer, MathInline obj)
        {
            var display = obj.DelimiterCount == 2;
            var formula = math.Render(obj.Content.ToString(), display);
            renderer.Write(display ? $"<span class=\"formula\">{formula}</span>" : formula);
        }
    }

    private sealed class BlockRenderer(MathMarkup math) : HtmlObjectRenderer<MathBlock>
    {
        protected override void Write(HtmlRenderer renderer, MathBlock obj) =>
            renderer.EnsureLine().Write("<div class=\"formula\">").Write(math.Render(obj.Lines.ToString(), display: true))
                .WriteLine("</div>");
    }
}
