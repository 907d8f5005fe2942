
namespace InternVideoNext.Data.Import;

/// <summary>Clips of a split as its authors published them.</summary>
/// <param name="Clips">How many; null where no figure could be verified.</param>
/// <param name="Source">Where the figure is from, or why there is none.</param>
public sealed record ExpectedClips(int? Clips, string Source);
