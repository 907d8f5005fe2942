namespace InternVideoNext.Interactive;

/// <summary>A column of a <see cref="ResultTable"/>.</summary>
/// <param name="Header">What the column holds, with the unit.</param>
public sealed record TableColumn(string Header)
{
    /// <summary>Where the cells stand.</summary>
    public TableAlignment Alignment { get; init; } = TableAlignment.Automatic;

    /// <summary>
    /// A .NET format for numbers, for example "0.0" or, for differences, "+0.0;-0.0;0.0". Null: up to four digits that matter.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>Which number is bold; equals share it.</summary>
    public TableBest Best { get; init; } = TableBest.None;

    /// <summary>A column with nothing but a header, so that a list of texts can stand for columns.</summary>
    public static implicit operator TableColumn(string header) => FromString(header);

    /// <summary>A column with nothing but a header.</summary>
    public static TableColumn FromString(string header) => new(header);
}

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

/// <summary>Which number of a column is the best one and therefore bold.</summary>
public enum TableBest
{
    /// <summary>None.</summary>
    None,

    /// <summary>The highest: accuracies.</summary>
    Highest,

    /// <summary>The lowest: losses.</summary>
    Lowest,
}
