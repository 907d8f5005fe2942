namespace InternVideoNext.Data.Shapes;

/// <summary>What it moves over: the second half of a clip's appearance.</summary>
public enum BackdropPattern
{
    /// <summary>Parallel soft stripes in a random direction.</summary>
    Stripes,

    /// <summary>A soft checkerboard in a random direction.</summary>
    Checks,

    /// <summary>One slope from dark to bright.</summary>
    Ramp,

    /// <summary>Square cells of random brightness.</summary>
    Cells,
}
