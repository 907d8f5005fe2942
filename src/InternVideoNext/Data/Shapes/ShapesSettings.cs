namespace InternVideoNext.Data.Shapes;

/// <summary>How the settings of this folder are checked.</summary>
internal static class ShapesSettings
{
    /// <summary>Throws an <see cref="ArgumentException"/> naming the field, its value and what is asked of it.</summary>
    public static void Require(bool condition, string field, object value, string demand)
    {
        if (!condition) throw new ArgumentException($"{field} is {value}; it must be {demand}.");
    }
}
