using InternVideoNext.Interactive;
using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Recipes;

namespace InternVideoNext.DotNetInteractive.Formatting;

/// <summary>A run's configuration: what it is in a line, and all of it to unfold.</summary>
/// <param name="config">The configuration.</param>
internal sealed class ConfigView(RunConfig config) : HtmlView
{
    private readonly string _line =
        $"{config.GetType().Name} {config.Preset}: {config.Training.Steps} steps of {config.Training.ClipsPerStep} clips, "
        + $"seed {config.Training.Seed}, on {config.Training.Device}";

    private readonly string _json = ConfigJson.Write(config);

    /// <inheritdoc/>
    public override string ToHtml() => Figure(
        Markup.Of($"""<details><summary style="cursor:pointer">{_line}</summary><pre style="margin:.4em 0 0">{_json}</pre></details>"""),
        Caption);

    /// <inheritdoc/>
    public override string ToString() => _line;
}
