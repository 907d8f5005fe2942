namespace InternVideoNext.Ablations;

/// <summary>An accuracy that the paper reports, in per cent: linear probing unless said otherwise.</summary>
/// <param name="Appearance">Kinetics-400, which the synthetic world's <c>appearance</c> label stands for.</param>
/// <param name="Motion">Something-Something V2, which <c>motion</c> stands for.</param>
public sealed record ReportedAccuracy(double Appearance, double Motion);
