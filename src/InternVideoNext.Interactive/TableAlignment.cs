namespace InternVideoNext.Interactive;

/// <summary>Where a column's cells stand.</summary>
public enum TableAlignment
{
    /// <summary>Right for columns of numbers, left for others.</summary>
    Automatic,

    /// <summary>Left.</summary>
    Left,

    /// <summary>Centre.</summary>
    Center,

    /// <summary>Right.</summary>
    Right,
}
