namespace InternVideoNext.Checkpoints;

/// <summary>How shapes are written in reports and errors.</summary>
internal static class ShapeText
{
    /// <summary>For example <c>[1, 4, 768]</c>; <c>[]</c> for a scalar.</summary>
    public static string Of(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
