namespace InternVideoNext.Interactive.Rendering;

/// <summary>A table's cell in bold: for texts, which a column's best cannot be found among.</summary>
/// <param name="Text">What it says.</param>
internal sealed record StrongText(string Text)
{
    public override string ToString() => Text;
}
