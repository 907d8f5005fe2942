namespace InternVideoNext.Probes;

/// <summary>Turns scores into the record of a run.</summary>
internal sealed class ProbeReport(
    ProbeProtocol protocol, string label, IReadOnlyList<string> classes, string hash, FeatureSet train, FeatureSet test, ulong seed)
{
    public required GridChoice Choice { get; init; }

    public required int Chosen { get; init; }

    public required ProbeCandidates Candidates { get; init; }

    public required ClipScores? ValidationScores { get; init; }

    public required ClipScores TestScores { get; init; }

    /// <summary>Scores of the refitted probe; null if there was no refit.</summary>
    public required ClipScores? FinalScores { get; init; }

    public IReadOnlyList<ProbePrediction> Predictions()
    {
        var answers = FinalScores is null ? TestScores.Answers(Chosen) : FinalScores.Answers(0);
        return [.. TestScores.Clips.Select((clip, i) => new ProbePrediction(test.ClipNames[clip], test.ClipLabels[clip], answers[i]))];
    }

    public ProbeResult Result()
    {
        var predictions = Predictions();
        var correct = predictions.Count(prediction => prediction.Correct);
        var confusion = Confusion(predictions);
        return new ProbeResult
        {
            Protocol = protocol.Name,
            Kind = protocol.Kind,
            Label = label,
            Classes = classes,
            ClassListHash = hash,
            Top1 = correct / (double)predictions.Count,
            Top5 = FinalScores is null ? TestScores.TopShare(Chosen, 5) : FinalScores.TopShare(0, 5),
            Interval = Confidence.Wilson(correct, predictions.Count),
            Chance = 1.0 / classes.Count,
            MajorityTop1 = MajorityTop1(),
            PerClassAccuracy = [.. confusion.Select((row, i) => row.Sum() == 0 ? (double?)null : row[i] / (double)row.Sum())],
            Confusion = confusion,
            TestUsed = test.Clips,
            TestExpected = test.Expected,
            TrainUsed = train.Clips,
            TrainExpected = train.Expected,
            ValidationUsed = ValidationScores?.Clips.Length ?? 0,
            TrainFeatures = train.Origin,
            Choice = Choice,
            Chosen = Candidates.Settings[Chosen],
            Refitted = FinalScores is not null,
            Grid = Grid(),
            Deviations = Deviations(),
            Seed = seed,
        };
    }

    private IReadOnlyList<GridPoint> Grid()
    {
        double[] testTop1 = TestScores.Top1();
        double[]? validationTop1 = ValidationScores?.Top1(), validationLoss = ValidationScores?.Loss();
        return
        [
            .. Candidates.Settings.Select((setting, i) => new GridPoint
            {
                Setting = setting,
                TrainLoss = Candidates.TrainLoss[i],
                ValidationTop1 = validationTop1?[i],
                ValidationLoss = validationLoss?[i],
                TestTop1 = testTop1[i],
                Chosen = i == Chosen,
            }),
        ];
    }

    private int[][] Confusion(IReadOnlyList<ProbePrediction> predictions)
    {
        var counts = new int[classes.Count][];
        for (var i = 0; i < counts.Length; i++) counts[i] = new int[classes.Count];
        foreach (var prediction in predictions) counts[prediction.Label][prediction.Predicted]++;
        return counts;
    }

    private double MajorityTop1()
    {
        var majority = train.ClipLabels.GroupBy(value => value).OrderByDescending(group => group.Count()).ThenBy(group => group.Key)
            .First().Key;
        return test.ClipLabels.Count(value => value == majority) / (double)test.Clips;
    }

    private List<string> Deviations()
    {
        var deviations = new List<string>();
        if (train.Origin != protocol.TrainFeatures)
            deviations.Add($"training features are {Name(train.Origin)}, the protocol asks for {Name(protocol.TrainFeatures)}");
        if (test.Rows != (long)test.Clips * protocol.TestViews)
            deviations.Add(
                FormattableString.Invariant(
                $"{test.Rows / (double)test.Clips:0.##} views per test clip, the protocol asks for {protocol.TestViews}"));
        if (protocol.Schedule is { } schedule && schedule.BatchSize > train.Rows)
            deviations.Add($"batches of at most {train.Rows} rows, the protocol asks for {schedule.BatchSize}");
        return deviations;
    }

    private static string Name(FeatureOrigin origin) => origin == FeatureOrigin.Cached ? "cached without augmentation" : "augmented";
}

/// <summary>The answer for one test clip, views averaged.</summary>
/// <param name="ClipId">The manifest's clip id.</param>
/// <param name="Label">The right class.</param>
/// <param name="Predicted">The most probable class.</param>
public readonly record struct ProbePrediction(string ClipId, int Label, int Predicted)
{
    /// <summary>True if the answer is right.</summary>
    public bool Correct => Label == Predicted;
}
