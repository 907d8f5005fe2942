using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Runs;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TemporaryRun _folder = new();

    public void Dispose() => _folder.Dispose();

    private string File => _folder.Run.MetricsFile;

    [Fact]
    public void Flush_StepsOfDifferentParts_WritesEachWithItsOwn()
    {
        using (var log = new MetricsLog(File, step: 0, skipped: 0, () => 1))
        {
            Add(log, 1, ("a", 1f), ("b", 2f));
            Add(log, 2, ("a", 3f));
            Add(log, 3, ("c", float.NaN), ("a", 4f), ("d", float.PositiveInfinity));
            Assert.Null(log.Newest);
            log.Flush();
            Assert.Equal(3, log.Newest!.Step);
            log.Flush(); // nothing new
        }
        var lines = MetricsFile.Read(File);
        Assert.Equal([1, 2, 3], lines.Select(l => l.Step));
        Assert.Equal(new Dictionary<string, double?> { ["a"] = 1, ["b"] = 2 }, lines[0].Parts);
        Assert.Equal(new Dictionary<string, double?> { ["a"] = 3 }, lines[1].Parts);
        Assert.Equal(new Dictionary<string, double?> { ["c"] = null, ["a"] = 4, ["d"] = null }, lines[2].Parts);
        Assert.All(lines, l => Assert.Equal((7.0, 1e-3), (l.GradientNorm!.Value, l.LearningRate)));
    }

    [Theory]
    [InlineData(2, "", 2)]
    [InlineData(5, "", 3)]
    [InlineData(0, "", 0)]
    [InlineData(9, "{\"step\":4,\"lo", 3)]
    [InlineData(9, "\n", 3)]
    public void Constructor_Resumed_DropsWhatIsBeyondAndWhatWasCutShort(int step, string tail, int kept)
    {
        using (var log = new MetricsLog(File, step: 0, skipped: 0, () => 1))
        {
            for (var i = 1; i <= 3; i++) Add(log, i, ("a", i));
            log.FlushToDisk();
        }
        System.IO.File.AppendAllText(File, tail);
        using (var log = new MetricsLog(File, step, skipped: 0, () => 1))
        {
            Add(log, step + 1, ("a", 9));
            log.Flush();
        }
        Assert.Equal([.. Enumerable.Range(1, kept), step + 1], MetricsFile.Read(File).Select(l => (int)l.Step));
        Assert.Equal(kept + 1, System.IO.File.ReadAllLines(File).Length);
    }

    [Fact]
    public void Add_Flush_KeepsNoTensors()
    {
        using var log = new MetricsLog(File, step: 0, skipped: 0, () => 1);
        Add(log, 1, ("a", 1f));
        log.Flush();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 2; i < 6; i++) Add(log, i, ("a", 1f));
        log.Flush();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static void Add(MetricsLog log, long step, params (string Name, float Value)[] parts)
    {
        using var scope = NewDisposeScope();
        using var losses = new LossSum(1);
        losses.Add(new LossParts(tensor(0.5f), [.. parts.Select(p => KeyValuePair.Create(p.Name, tensor(p.Value)))]));
        log.Add(new StepRecord(step, [1, 2], 1e-3, 0.1, null), losses, tensor(7f), tensor(0f));
    }
}
