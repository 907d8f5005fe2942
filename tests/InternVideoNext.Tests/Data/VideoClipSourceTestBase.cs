using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

/// <summary>Sources over the small files, and batches read from them.</summary>
public abstract class VideoClipSourceTestBase(VideoFiles files)
{
    protected VideoFiles Files => files;

    protected static DataConfig Small { get; } = new()
    {
        Frames = 4,
        Size = 16,
        QueueBatches = 2,
        FileTimeoutSeconds = 60,
        MaxBrokenFraction = 0.5,
    };

    protected VideoClipSource Open(Manifest manifest, DataConfig config, FFMpegTools? tools = null, int pauses = 0) =>
        new(manifest, config, tools ?? files.Tools, files.CacheFolder)
        {
            Pauses = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(10), pauses)],
        };

    protected Manifest Some(params string[] paths)
    {
        var all = Manifest.FromDirectory(files.Root);
        return all with { Entries = [.. paths.Select(p => all.Entries.Single(e => e.Path == p))] };
    }

    protected Manifest Everything()
    {
        var all = Manifest.FromDirectory(files.Root);
        return all with
        {
            Entries = [
            .. all.Entries.Where(
            e => e.Path.StartsWith("good/", StringComparison.Ordinal) || e.Path.StartsWith("bad/", StringComparison.Ordinal))]
        };
    }

    protected static async Task<ClipBatch[]> Training(
        VideoClipSource source, int steps, long firstStep = 0, ulong seed = 7, int batchSize = 5, CancellationToken cancellation = default)
    {
        var batches = new List<ClipBatch>();
        await foreach (var batch in source.ReadTraining(batchSize, seed, TrainingBatches.From(firstStep), cancellation))
        {
            batches.Add(batch);
            if (batches.Count == steps) break;
        }
        return [.. batches];
    }

    protected static async Task<ClipBatch[]> Training(VideoClipSource source, IEnumerable<long> batches)
    {
        var read = new List<ClipBatch>();
        await foreach (var batch in source.ReadTraining(5, 7, batches, default)) read.Add(batch);
        return [.. read];
    }

    protected static void AssertSame(ClipBatch[] expected, ClipBatch[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Entries, actual[i].Entries);
            Assert.True(expected[i].Video.eq(actual[i].Video).all().item<bool>(), $"batch {i} differs");
        }
    }
}
