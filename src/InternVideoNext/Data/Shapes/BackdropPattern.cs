namespace InternVideoNext.Data.Shapes;

/// <summary>What it moves over: the second half of a clip's appearance.</summary>
public enum BackdropPattern
{
    /// <summary>Soft upright stripes: a sine along x.</summary>
    Columns,

    /// <summary>Soft level stripes: a sine along y.</summary>
    Rows,

    /// <summary>One slope from dark to less dark, in a random direction.</summary>
    Ramp,

    /// <summary>A soft checkerboard: the product of both sines.</summary>
    Checks,
}
