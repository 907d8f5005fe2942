using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Runs;

public sealed class MetricsFileTests : IDisposable
{
    private readonly TemporaryRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", false)]
    [InlineData("{\"step\":4,\"lo", true)]
    public void ReadStrictly_LastLineCutShort_IsLeftOutAndSaid(string tail, bool cut)
    {
        var path = Write(string.Concat(Lines(3)) + tail);
        Assert.Equal([1, 2, 3], MetricsFile.ReadStrictly(path, out var wasCut).Select(m => m.Step));
        Assert.Equal(cut, wasCut);
        Assert.Equal([1, 2, 3], MetricsFile.ReadTail(path).Select(m => m.Step));
    }

    [Theory]
    [InlineData("{oops}")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"step\":2}")]
    public void ReadStrictly_LineThatIsNoStep_NamesFileAndLine(string line)
    {
        var path = Write($"{Line(1)}{line}\n{Line(3)}");
        var error = Assert.Throws<MetricsFileException>(() => MetricsFile.ReadStrictly(path, out _));
        Assert.StartsWith($"{path}:2: not a step's line: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadTail_LongFile_ReadsItsEndOnly()
    {
        var path = Write(string.Concat(Lines(20_000)));
        var tail = MetricsFile.ReadTail(path);
        Assert.Equal(20_000, tail[^1].Step);
        Assert.InRange(tail.Count, 1000, 19_000);
        Assert.Equal(Enumerable.Range((int)tail[0].Step, tail.Count), tail.Select(m => (int)m.Step));
    }

    internal static string Line(int step) =>
        $$"""{"step":{{step}},"loss":1.5,"parts":{"pixel":{{step}}},"gradient_norm":2,"learning_rate":0.001,"clips_per_second":9,"data_wait_seconds":0,"memory_megabytes":100,"live_tensors":7,"skipped_steps":0}""" + "\n";

    private static IEnumerable<string> Lines(int count) => Enumerable.Range(1, count).Select(Line);

    private string Write(string text)
    {
        var path = Path.Combine(_folder.Root, "metrics.jsonl");
        File.WriteAllText(path, text);
        return path;
    }
}
