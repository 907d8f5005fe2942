using System.Text.Json;
using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>Everything a probe reports. Accuracies are shares of test clips in 0..1. Serialises as snake_case JSON.</summary>
public sealed record ProbeResult
{
    /// <summary>Name of the <see cref="ProbeProtocol"/>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Kind of probe.</summary>
    public required ProbeKind Kind { get; init; }

    /// <summary>The manifest's label name, for example <c>motion</c>.</summary>
    public required string Label { get; init; }

    /// <summary>Class names in order of class index.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>SHA-256 of the class list (<see cref="ClassList.Hash"/>).</summary>
    public required string ClassListHash { get; init; }

    /// <summary>Share of test clips whose most probable class is right.</summary>
    public required double Top1 { get; init; }

    /// <summary>Share of test clips with the right class among the five most probable (all classes if there are fewer than five).</summary>
    public required double Top5 { get; init; }

    /// <summary>Wilson interval of <see cref="Top1"/>, 95 %, over the test clips of this one run (not over seeds).</summary>
    public required ConfidenceInterval Interval { get; init; }

    /// <summary>1 / classes.</summary>
    public required double Chance { get; init; }

    /// <summary>Top-1 of always answering the training split's most frequent class.</summary>
    public required double MajorityTop1 { get; init; }

    /// <summary>Accuracy of each class; null for a class without test clips.</summary>
    public required IReadOnlyList<double?> PerClassAccuracy { get; init; }

    /// <summary>Counts of test clips: [true class][predicted class].</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Test clips used.</summary>
    public required int TestUsed { get; init; }

    /// <summary>Test clips that the split lists.</summary>
    public required int TestExpected { get; init; }

    /// <summary>Training clips used, those held out for validation included.</summary>
    public required int TrainUsed { get; init; }

    /// <summary>Training clips that the split lists.</summary>
    public required int TrainExpected { get; init; }

    /// <summary>Validation clips that the choice was made on; 0 if none.</summary>
    public required int ValidationUsed { get; init; }

    /// <summary>How the training features were made.</summary>
    public required FeatureOrigin TrainFeatures { get; init; }

    /// <summary>By what the reported point was chosen. <see cref="GridChoice.BestOnTest"/> is optimistic.</summary>
    public required GridChoice Choice { get; init; }

    /// <summary>Hyper-parameters of the reported point.</summary>
    public required ProbeSetting Chosen { get; init; }

    /// <summary>True if the reported probe was trained again on training and validation clips together after the choice.</summary>
    public required bool Refitted { get; init; }

    /// <summary>Every point of the grid.</summary>
    public required IReadOnlyList<GridPoint> Grid { get; init; }

    /// <summary>
    /// Where the run departs from its protocol (number of views, cached instead of augmented features, a larger batch than clips).
    /// </summary>
    public required IReadOnlyList<string> Deviations { get; init; }

    /// <summary>The seed of the validation split, the initial weights and the order of batches.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SnakeCaseJson.Indented);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">Malformed text, or a member that is unknown or missing.</exception>
    public static ProbeResult FromJson(string json) =>
        SnakeCaseJson.Parse<ProbeResult>(json);
}
