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

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Constructor_LineDamagedInTheMiddle_LosesNothingBehindIt(int step)
    {
        using (var log = new MetricsLog(File, step: 0, skipped: 0, () => 1))
        {
            for (var i = 1; i <= 4; i++) Add(log, i, ("a", i));
            log.Flush();
        }
        var bytes = System.IO.File.ReadAllBytes(File);
        var second = Array.IndexOf(bytes, (byte)'\n') + 5;
        (bytes[second], bytes[second + 1]) = (0xFF, 0xFE); // no UTF-8 either
        System.IO.File.WriteAllBytes(File, bytes);
        using (new MetricsLog(File, step, skipped: 0, () => 1)) Assert.Equal(bytes, System.IO.File.ReadAllBytes(File).Concat(Cut()));
        Assert.Equal(step == 3 ? [1, 3] : [1, 3, 4], MetricsFile.Read(File).Select(l => (int)l.Step));
    }

    [Fact]
    public void Constructor_StepsBeyond_AreKeptBeside()
    {
        for (var sitting = 0; sitting < 2; sitting++)
        {
            using var log = new MetricsLog(File, step: 1, skipped: 0, () => 1);
            for (var i = sitting == 0 ? 1 : 2; i <= 3; i++) Add(log, i, ("a", i));
            log.Flush();
        }
        using (new MetricsLog(File, step: 0, skipped: 0, () => 1)) Assert.Empty(System.IO.File.ReadAllBytes(File));
        Assert.Equal([2, 3, 1, 2, 3], MetricsFile.Read(CutFile).Select(l => (int)l.Step));
    }

    [Fact]
    public void Flush_DiskThatDoesNotTakeIt_KeepsItForTheNextTry()
    {
        using var full = System.IO.File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using var file = new AppendedFile(full, 0);
        file.Waiting.Write("line"u8);
        for (var attempt = 0; attempt < 2; attempt++) Assert.Throws<IOException>(file.Flush);
        Assert.Equal(4, file.Waiting.Length);
    }

    private string CutFile => Path.Combine(Path.GetDirectoryName(File)!, LogCut.FileName);

    private byte[] Cut() => System.IO.File.Exists(CutFile) ? System.IO.File.ReadAllBytes(CutFile) : [];

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
