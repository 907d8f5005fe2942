using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AddCheckpoint_More_KeepsTheNewestAndEveryMth()
    {
        for (var step = 10; step <= 80; step += 10) Add(step, keep: 2, keepEvery: 30);
        Assert.Equal([80, 70, 60, 30], Steps());
        Add(90, keep: 1, keepEvery: 0);
        Assert.Equal([90], Steps());
    }

    [Fact]
    public void AddCheckpoint_WriterFails_LeavesNothingUnderTheFinalName()
    {
        Add(1);
        Assert.Throws<IOException>(() => _folder.Run.AddCheckpoint(2, 2, 0, at =>
        {
            File.WriteAllText(Path.Combine(at, "half"), "");
            throw new IOException("the disk is full");
        }));
        Assert.Equal([1], Steps());
        Add(3);
        Assert.Equal([3, 1], Steps());
        Assert.DoesNotContain(Names(), name => name.StartsWith('.'));
    }

    [Fact]
    public void AddCheckpoint_SameStep_ReplacesIt()
    {
        Add(1, content: "old");
        Add(1, content: "new");
        Assert.Equal("new", File.ReadAllText(Path.Combine(_folder.Run.CheckpointFolders()[0], "file")));
    }

    [Fact]
    public void AddCheckpoint_OtherFolders_AreLeftAlone()
    {
        var mine = Path.Combine(_folder.Run.Root, "checkpoints", "step-best");
        Directory.CreateDirectory(mine);
        for (var step = 1; step < 5; step++) Add(step, keep: 1);
        Assert.True(Directory.Exists(mine));
        Assert.Equal([4], Steps());
    }

    [Fact]
    public void SetDamagedAside_Twice_KeepsBoth()
    {
        for (var i = 0; i < 2; i++)
        {
            Add(1);
            _folder.Run.SetDamagedAside(_folder.Run.CheckpointFolders()[0]);
        }
        Assert.Empty(Steps());
        Assert.Equal(["damaged-step-00000001", "damaged-step-00000001-2"], Names());
    }

    private void Add(long step, int keep = 2, int keepEvery = 0, string content = "") =>
        _folder.Run.AddCheckpoint(step, keep, keepEvery, at => File.WriteAllText(Path.Combine(at, "file"), content));

    private IEnumerable<long> Steps() => _folder.Run.CheckpointFolders().Select(RunFolder.StepOf);

    private IEnumerable<string> Names() =>
        Directory.GetDirectories(Path.Combine(_folder.Run.Root, "checkpoints")).Select(f => Path.GetFileName(f))
        .Order(StringComparer.Ordinal);
}
