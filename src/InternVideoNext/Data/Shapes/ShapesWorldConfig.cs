namespace InternVideoNext.Data.Shapes;

/// <summary>Settings of a <see cref="ShapesWorld"/>. Two worlds of equal settings and seed are the same world.</summary>
public sealed record ShapesWorldConfig
{
    /// <summary>What is to be recognised over time.</summary>
    public ShapesTask Task { get; init; } = ShapesTask.Motion;

    /// <summary>
    /// Standard deviation of the noise of each pixel, equal in its three channels (so that 4:2:0 video keeps it); full scale is 1.
    /// </summary>
    public double Noise { get; init; } = 0.03;

    /// <summary>
    /// How much brightness, tint, contrast and the actor's colour vary from clip to clip: 0 not at all, 1 much. Where clips of one
    /// class differ much, appearance is learned slowly; where little, a random encoder tells the classes apart already.
    /// </summary>
    public double Spread { get; init; } = 0.4;

    /// <summary>Checks the settings and makes the world.</summary>
    /// <param name="seed">The world's seed.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ShapesWorld Build(ulong seed)
    {
        ShapesSettings.Require(Enum.IsDefined(Task), Name(nameof(Task)), Task, "motion, mechanisms or steps");
        ShapesSettings.Require(Noise is >= 0 and <= 0.5, Name(nameof(Noise)), Noise, "0 to 0.5");
        ShapesSettings.Require(Spread is >= 0 and <= 1, Name(nameof(Spread)), Spread, "0 to 1");
        return new ShapesWorld(this, seed);
    }

    private static string Name(string field) => $"{nameof(ShapesWorldConfig)}.{field}";
}

/// <summary>What is to be recognised over time in the world's clips.</summary>
public enum ShapesTask
{
    /// <summary>One of four directions a clip: label <c>motion</c>. Stands for Something-Something V2.</summary>
    Motion,

    /// <summary>
    /// One of eight motions of three mechanisms (four directions, two orbits, two spins) a clip: label <c>motion</c>. Much slower to
    /// learn, with labels too; no table of this project is made on it.
    /// </summary>
    Mechanisms,

    /// <summary>
    /// Two directions one after the other: label <c>steps</c>, the 12 ordered pairs of two different ones. Stands for COIN: to tell a
    /// pair from its reverse takes the order of the steps.
    /// </summary>
    Steps,
}
