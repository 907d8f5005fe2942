using System.Globalization;
using InternVideoNext.Interactive.Rendering;
using TorchSharp;

namespace InternVideoNext.Interactive;

/// <summary>A module and the modules in it, with the shapes and numbers of their parameters; branches fold.</summary>
public sealed class ModelTree : HtmlView
{
    private readonly ModuleNode _root;

    /// <summary>Reads names and shapes; the module is not kept.</summary>
    /// <param name="module">The model or a part of it.</param>
    /// <param name="name">What to call it.</param>
    public ModelTree(torch.nn.Module module, string name = "model")
    {
        ArgumentNullException.ThrowIfNull(module);
        _root = ModuleNode.Of(module, name);
    }

    /// <summary>How many levels are unfolded at first.</summary>
    public int OpenLevels { get; init; } = 1;

    /// <summary>Number of parameters in all.</summary>
    public long Parameters => _root.Total;

    /// <inheritdoc/>
    public override string ToHtml() => Figure(
        Markup.Of($"""<div style="font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:.85em;line-height:1.5;overflow-x:auto">{Branch(_root, 0)}</div>"""),
        Caption);

    /// <inheritdoc/>
    public override string ToString() => $"{_root.Kind} with {Count(Parameters)} parameters";

    private Markup Branch(ModuleNode node, int level)
    {
        if (node.Children.Count == 0 && node.Tensors.Count == 0) return Markup.Of($"<div>{Line(node)}</div>");
        var tensors = node.Tensors.Select(tensor => Markup.Of(
            $"""<div style="opacity:.8">{tensor.Name} [{Join(tensor.Shape)}]{(tensor.IsBuffer ? " buffer" : "")}</div>"""));
        var children = node.Children.Select(child => Branch(child, level + 1));
        var open = new Markup(level < OpenLevels ? " open=\"open\"" : "");
        return Markup.Of(
            $"""<details{open}><summary style="cursor:pointer;white-space:nowrap">{Line(node)}</summary><div style="padding-left:1.6em;border-left:1px solid rgba(128,128,128,.3);margin-left:.35em">{Markup.Join(tensors)}{Markup.Join(children)}</div></details>""");
    }

    private static Markup Line(ModuleNode node) => Markup.Of(
        $"""<strong>{node.Name}</strong> <span style="opacity:.8">{node.Kind}{(node.Total > 0 ? ", " + Count(node.Total) : "")}{(node.Repeats > 1 ? " each" : "")}</span>""");

    private static string Join(IEnumerable<long> shape) => string.Join(", ", shape);

    private static string Count(long number) => number switch
    {
        >= 1_000_000_000 => (number / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " B",
        >= 1_000_000 => (number / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " M",
        >= 10_000 => (number / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " k",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };
}
