namespace InternVideoNext.Data;

/// <summary>Where the thing that moves is in a clip of T frames.</summary>
/// <param name="Centres">[T]: its centre as shares of width and height.</param>
/// <param name="Covered">[N]: the cells in which some of it is to be seen, in order (t, h, w).</param>
public sealed record ActorTrack(IReadOnlyList<(float X, float Y)> Centres, IReadOnlyList<bool> Covered);
