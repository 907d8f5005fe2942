using System.Text.Json.Serialization;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli.Compare;

/// <summary>One encoder's line of the table.</summary>
internal sealed record ComparisonRow
{
    /// <summary>As it was asked for.</summary>
    public required string Encoder { get; init; }

    /// <summary>The system.</summary>
    public required string System { get; init; }

    /// <summary>Hash of all that the row depends on.</summary>
    public required string Settings { get; init; }

    /// <summary>Whether the weights were never trained.</summary>
    public required bool IsRandom { get; init; }

    /// <summary>The probe's whole result.</summary>
    public required ProbeResult Probe { get; init; }

    /// <summary>Trainable numbers of the encoder.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of one clip of the encoder's own preprocessing.</summary>
    public required double MultiplyAdds { get; init; }

    /// <summary>Clips of that size encoded a second, on this machine and device.</summary>
    public required double ClipsPerSecond { get; init; }

    /// <summary>Largest resident memory of the process while the row was made, bytes; null where the system does not tell.</summary>
    public required long? PeakBytes { get; init; }

    /// <summary>Of the weights.</summary>
    public required string? Licence { get; init; }

    /// <summary>The accuracy reported for it, in 0..1; null if none is known under this protocol.</summary>
    public required double? Reported { get; init; }

    /// <summary>Who reports it.</summary>
    public required string? ReportedBy { get; init; }

    /// <summary>The row's accuracy against the reported one.</summary>
    [JsonIgnore]
    public string Verdict => Reported is not { } reported ? "nothing reported"
        : reported >= Probe.Interval.Low && reported <= Probe.Interval.High ? "reproduced within the interval" : "different";
}
