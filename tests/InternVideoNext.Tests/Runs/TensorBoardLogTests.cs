using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using Tensorboard;

namespace InternVideoNext.Tests.Runs;

public sealed class TensorBoardLogTests
{
    private static readonly TrainingConfig Short = TinyRun.Training(6) with { WarmupSteps = 1, HealthEvery = 2, CheckpointEvery = 2 };

    [Fact]
    public async Task Run_Trained_WritesWhatTheLogSays()
    {
        using var folder = new TemporaryRun();
        await TinyRun.TrainAsync(TinyRun.Stage1 with { Training = Short }, folder.Run);
        var events = Events(Assert.Single(Files(folder.Run)));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.All(
            events, e =>
            Assert.InRange(
            DateTimeOffset.FromUnixTimeSeconds((long)e.WallTime), DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1)));
        foreach (var metrics in MetricsFile.Read(folder.Run.MetricsFile))
        {
            var scalars = Assert.Single(events, e => e.Summary is not null && e.Step == metrics.Step).Summary.Value.ToDictionary(
                v => v.Tag, v => v.SimpleValue);
            Assert.Equal((float)metrics.Loss!, scalars["loss/total"]);
            Assert.Equal((float)metrics.Parts["pixel"]!, scalars["loss/pixel"]);
            Assert.Equal((float)metrics.GradientNorm!, scalars["optimiser/gradient_norm"]);
            Assert.Equal(metrics.Health is not null, scalars.ContainsKey("health/effective_rank"));
        }
    }

    [Fact]
    public async Task Run_KilledThenResumed_NoStepIsSeenTwice()
    {
        using var folder = new TemporaryRun();
        var config = TinyRun.Stage1 with { Training = Short };
        // Steps 1 to 5 are logged; then the process dies, the newest checkpoint being of step 4.
        await TinyRun.TrainAsync(config, folder.Run, stopAfter: 5);
        Directory.Delete(folder.Run.CheckpointFolders()[0], recursive: true);
        await TinyRun.TrainAsync(config, folder.Run);

        var files = Files(folder.Run);
        Assert.Equal(2, files.Count);
        Assert.Equal([1, 2, 3, 4, 5], Events(files[0]).Where(e => e.Summary is not null).Select(e => e.Step));
        // TensorBoard's rule for files of version 2: a session start drops every event of its step and later ones.
        var seen = new List<Event>();
        foreach (var one in files.SelectMany(Events))
        {
            if (one.SessionLog is { Status: SessionLog.Types.SessionStatus.Start }) seen.RemoveAll(e => e.Step >= one.Step);
            if (one.Summary is not null) seen.Add(one);
        }
        Assert.Equal([1, 2, 3, 4, 5, 6], seen.Select(e => e.Step));
        Assert.Equal(2, seen.Count - seen.FindIndex(e => e.Step == 5)); // both from the second sitting
        Assert.Equal([5, 6], Events(files[1]).Where(e => e.Summary is not null).Select(e => e.Step));
    }

    [Fact]
    public void NameAfter_ClockThatWentBack_StillSortsBehind()
    {
        var names = new List<string>();
        foreach (var now in (long[])[1_700_000_000, 1_700_000_500, 1_600_000_000, 9, 1_700_000_501])
            names.Add(TensorBoardLog.NameAfter(names, now));
        Assert.Equal(names, names.Order(StringComparer.Ordinal));
        Assert.Equal(5, names.Distinct().Count());
        names.RemoveRange(0, 2); // by a user, who wants the space
        Assert.True(string.CompareOrdinal(TensorBoardLog.NameAfter(names, 1), names[^1]) > 0);
        Assert.StartsWith(
            "events.out.tfevents.0000000007.", TensorBoardLog.NameAfter(["events.out.tfevents.5.host"], 7), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ByteChanged_IsFoundByTheChecksum()
    {
        using var stream = new MemoryStream();
        EventRecords.Write(stream, "123456789"u8);
        // The known answer of CRC-32C, of which the masked form is a function.
        var expected = System.Numerics.BitOperations.RotateRight(0xE3069283u, 15) + 0xA282EAD8u;
        Assert.Equal(expected, BitConverter.ToUInt32(stream.ToArray().AsSpan()[^4..]));
        foreach (var at in (int[])[0, 8, 12, 20, 24])
        {
            var bytes = stream.ToArray();
            bytes[at] ^= 1;
            Assert.Throws<InvalidDataException>(() => EventRecords.Read(new MemoryStream(bytes)).ToList());
        }
        Assert.Equal("123456789"u8.ToArray(), Assert.Single(EventRecords.Read(new MemoryStream(stream.ToArray()))));
        Assert.Empty(EventRecords.Read(new MemoryStream(stream.ToArray()[..^3])));
    }

    private static List<string> Files(RunFolder run) =>
        [.. Directory.GetFiles(Path.Combine(run.Root, MetricsLog.TensorBoardFolder)).Order(StringComparer.Ordinal)];

    private static List<Event> Events(string path)
    {
        using var file = File.OpenRead(path);
        return [.. EventRecords.Read(file).Select(Event.Parser.ParseFrom)];
    }
}
