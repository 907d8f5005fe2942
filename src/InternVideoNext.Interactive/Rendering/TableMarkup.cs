namespace InternVideoNext.Interactive.Rendering;

/// <summary>What all tables share. Styles are inline: notebook pages bring their own rules for tables.</summary>
internal static class TableMarkup
{
    public const string CellStyle = "padding:.3em .8em;border:0;border-bottom:1px solid rgba(128,128,128,.3);background:none;";

    public const string HeadStyle = "padding:.3em .8em;border:0;border-bottom:2px solid "
        + "rgba(128,128,128,.6);background:none;font-weight:600;vertical-align:bottom;";

    /// <summary>A table that scrolls sideways rather than widening its page.</summary>
    public static Markup Wrap(string? caption, Markup rows, Markup notes)
    {
        var title = string.IsNullOrEmpty(caption)
            ? Markup.Empty
            : Markup.Of($"""<caption style="caption-side:top;text-align:left;font-weight:600;padding:0 0 .4em;color:inherit">{caption}</caption>""");
        return Markup.Of(
            $"""<div class="ivn" style="margin:0 0 1em"><div style="overflow-x:auto"><table style="border-collapse:collapse;border:0;margin:0;font-size:.95em;font-variant-numeric:tabular-nums">{title}{rows}</table></div>{notes}</div>""");
    }
}
