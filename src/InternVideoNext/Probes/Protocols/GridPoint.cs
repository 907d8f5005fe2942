namespace InternVideoNext.Probes;

/// <summary>What one point of the grid reached. Accuracies are shares of clips in 0..1.</summary>
public sealed record GridPoint
{
    /// <summary>Its hyper-parameters.</summary>
    public required ProbeSetting Setting { get; init; }

    /// <summary>Training objective at the end (mean over the last epoch for AdamW); null where nothing is trained.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Accuracy on the validation clips; null if there was no validation split.</summary>
    public double? ValidationTop1 { get; init; }

    /// <summary>Mean negative log-probability of the right class on the validation clips, nats.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Accuracy on the test clips of this point as trained for the choice (before any refit).</summary>
    public required double TestTop1 { get; init; }

    /// <summary>True for the reported point.</summary>
    public bool Chosen { get; init; }
}
