namespace InternVideoNext.Ablations;

/// <summary>A line of the paper's main table: attentive probing, per cent.</summary>
/// <param name="Name">The system.</param>
/// <param name="Kinetics">Kinetics-400.</param>
/// <param name="SomethingSomething">Something-Something V2.</param>
/// <param name="Coin">COIN; null where it is not reported.</param>
/// <param name="GpuHours">GPU hours of pre-training, thousands; null where not reported.</param>
public sealed record ReportedSystem(string Name, double Kinetics, double SomethingSomething, double? Coin, double? GpuHours)
{
    /// <summary>The paper's main table (method, section 9). All of it is reported; none of it is run here.</summary>
    public static IReadOnlyList<ReportedSystem> MainTable { get; } =
    [
        new("InternVideo-Next Base", 85.9, 70.1, 91.4, 3.4),
        new("InternVideo-Next Large", 88.4, 73.0, 93.6, 9.7),
        new("VideoMAEv2-L", 80.9, 54.9, 83.2, null),
        new("V-JEPA2-L", 83.3, 72.0, 85.9, null),
        new("InternVideo2_s1-6B", 86.0, 59.0, 90.3, null),
        new("InternVideo2_s2-L", 86.0, 65.9, 90.1, null),
        new("InternVideo2_s2-6B", 88.8, 67.7, 92.6, null),
        new("VideoPrism-1B", 87.2, 68.5, null, null),
    ];
}
