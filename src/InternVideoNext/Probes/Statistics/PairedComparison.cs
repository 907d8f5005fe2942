
namespace InternVideoNext.Probes;

/// <summary>Two classifiers on the same clips.</summary>
/// <param name="OnlyFirst">Clips that only the first answered rightly.</param>
/// <param name="OnlySecond">Clips that only the second answered rightly.</param>
/// <param name="Clips">Clips in all.</param>
/// <param name="Difference">Accuracy of the first less that of the second, -1..1.</param>
/// <param name="PValue">Two-sided exact probability of so uneven a split if both were equally good.</param>
public sealed record PairedComparison(int OnlyFirst, int OnlySecond, int Clips, double Difference, double PValue);
