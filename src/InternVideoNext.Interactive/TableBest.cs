namespace InternVideoNext.Interactive;

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
