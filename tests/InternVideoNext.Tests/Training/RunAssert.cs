using System.Text.Json.Nodes;
using InternVideoNext.Checkpoints;
using InternVideoNext.Runs;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>Compares finished runs.</summary>
internal static class RunAssert
{
    private static readonly string[] Timing = ["clips_per_second", "data_wait_seconds", "memory_megabytes", "live_tensors"];

    /// <summary>Same losses, norms and rates of every step, same final weights, moments and counters: equal bit for bit.</summary>
    public static void Equal(RunFolder expected, RunFolder actual)
    {
        var (whole, other) = (Lines(expected), Lines(actual));
        var first = whole.Zip(other).FirstOrDefault(pair => pair.First != pair.Second);
        Assert.True(first == default, $"the first step that differs:\n{first.First}\n{first.Second}");
        Assert.Equal(whole.Count, other.Count);
        var (a, b) = (expected.CheckpointFolders()[0], actual.CheckpointFolders()[0]);
        Assert.Equal(Path.GetFileName(a), Path.GetFileName(b));
        foreach (var name in (string[])["model.safetensors", "optimizer.safetensors", "config.json", "state.json"])
            Assert.True(File.ReadAllBytes(Path.Combine(a, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(b, name))), name);
    }

    /// <summary>Same final weights and moments, bit for bit; the configurations may differ.</summary>
    public static void EqualWeights(RunFolder expected, RunFolder actual)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (expected.CheckpointFolders()[0], actual.CheckpointFolders()[0]);
        foreach (var name in (string[])[TrainingCheckpoint.ModelFile, TrainingCheckpoint.OptimizerFile])
        {
            using var left = SafetensorsFile.Open(Path.Combine(a, name));
            using var right = SafetensorsFile.Open(Path.Combine(b, name));
            Assert.Equal(left.Entries.Keys.Order(), right.Entries.Keys.Order());
            Assert.All(left.Entries.Keys, key => Assert.True(left.Read(key).eq(right.Read(key)).all().item<bool>(), key));
        }
    }

    /// <summary>Every folder called step-N holds a whole checkpoint.</summary>
    public static void NoHalfWrittenCheckpoint(RunFolder run) =>
        Assert.All(run.CheckpointFolders(), folder => Assert.Null(TrainingCheckpoint.Fault(folder)));

    private static List<string> Lines(RunFolder run) => [.. File.ReadLines(run.MetricsFile).Select(line =>
    {
        var node = JsonNode.Parse(line)!.AsObject();
        foreach (var name in Timing) Assert.True(node.Remove(name), name);
        return node.ToJsonString();
    })];
}
