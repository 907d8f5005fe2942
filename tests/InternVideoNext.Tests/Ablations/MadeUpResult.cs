using InternVideoNext.Ablations;
using InternVideoNext.Probes;

namespace InternVideoNext.Tests.Ablations;

/// <summary>A result without a run: of 100 clips of four motions, the first so many answered rightly.</summary>
internal static class MadeUpResult
{
    public static AblationResult Of(string row, ulong seed, params (string Readout, int Right)[] probes) => new()
    {
        Row = row,
        Seed = seed,
        Hash = "0123456789abcdef",
        Settings = new AblationSettings { Preset = "tiny" },
        Data = "made up",
        DataFingerprint = "made up",
        TrainingClips = 1,
        TrainingSeconds = 1,
        ProbeSeconds = 1,
        SkippedSteps = 0,
        Hardware = new AblationHardware("cpu", "none", 1, "2", "10"),
        Code = "1",
        Finished = DateTimeOffset.UnixEpoch,
        ModelSha256 = "same",
        Features = new FeatureSummary(1, 1, 0, 100),
        Probes = [.. probes.Select(p => new AblationProbe(p.Readout, Motion(p.Right), new string('1', p.Right).PadRight(100, '0')))],
    };

    private static ProbeResult Motion(int right) => new()
    {
        Protocol = "mini",
        Kind = ProbeKind.Linear,
        Label = "motion",
        Classes = ["a", "b", "c", "d"],
        ClassListHash = "",
        Top1 = right / 100.0,
        Top5 = 1,
        Interval = Confidence.Wilson(right, 100),
        Chance = 0.25,
        MajorityTop1 = 0.25,
        PerClassAccuracy = [],
        Confusion = [],
        TestUsed = 100,
        TestExpected = 100,
        TrainUsed = 100,
        TrainExpected = 100,
        ValidationUsed = 0,
        TrainFeatures = FeatureOrigin.Cached,
        Choice = GridChoice.Fixed,
        Chosen = new ProbeSetting(),
        Refitted = false,
        Grid = [],
        Deviations = [],
        Seed = 0,
    };
}
