using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using InternVideoNext.Interactive;

namespace InternVideoNext.DotNetInteractive.Charts;

/// <summary>A figure as plotly.js has it, and the picture that stands in for it.</summary>
/// <param name="Json">An object with <c>data</c>, <c>layout</c> and, if wanted, <c>config</c>.</param>
/// <param name="Png">
/// Base64 of what is shown until the script has run, and where none does; null for figures that nobody here can draw.
/// </param>
/// <param name="Caption">The words beneath it, or null.</param>
internal sealed record PlotlyFigure(string Json, string? Png, string? Caption)
{
    private static readonly Lazy<string> Script = new(() =>
    {
        using var reader = new StreamReader(typeof(PlotlyFigure).Assembly.GetManifestResourceStream("figure.js")!);
        return reader.ReadToEnd().Trim();
    });

    /// <summary>Serializes a figure; numbers that are not finite become gaps.</summary>
    /// <param name="figure">The figure's parts, named as plotly.js does.</param>
    /// <param name="view">What the figure is of: its saved picture stands in.</param>
    public static PlotlyFigure Of(object figure, HtmlView view) =>
        new(JsonSerializer.Serialize(figure, Options), view.ToStaticBundle()["image/png"], view.ToStaticCaption());

    /// <summary>The picture, and the script that replaces it.</summary>
    public string ToHtml()
    {
        var id = $"ivn-{Guid.NewGuid():N}";
        var still = Png is { } png
            ? $"""<img src="data:image/png;base64,{png}" style="max-width:100%;height:auto" alt="" />"""
            : "<em>The chart needs plotly.js: run #!ivnext charts.</em>";
        var caption = string.IsNullOrEmpty(Caption) ? ""
            : $"""<p style="font-size:.85em;opacity:.8;max-width:60em">{WebUtility.HtmlEncode(Caption)}</p>""";
        // A closing tag inside the JSON would end the script.
        var json = Json.Replace("</", "<\\/", StringComparison.Ordinal);
        return $"<div id=\"{id}\">{still}</div>{caption}<script>{Script.Value}(\"{id}\", {json});</script>";
    }

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new GapConverter() },
    };

    private sealed class GapConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
