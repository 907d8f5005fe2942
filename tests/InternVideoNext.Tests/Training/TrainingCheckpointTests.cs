using System.Text;
using InternVideoNext.Checkpoints;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Training;

namespace InternVideoNext.Tests.Training;

public sealed class TrainingCheckpointTests(TrainingCheckpointTests.Runs runs) : IClassFixture<TrainingCheckpointTests.Runs>, IDisposable
{
    private static readonly Stage1Config Config = TinyRun.Stage1 with
    {
        Training = TinyRun.Training(
        6) with
        { CheckpointEvery = 2, KeepCheckpoints = 3 }
    };
    private readonly TemporaryRun _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Damages => new()
    {
        { "flip", "model.safetensors" },
        { "flip", "optimizer.safetensors" },
        { "flip", "config.json" },
        { "truncate", "model.safetensors" },
        { "truncate", "state.json" },
        { "empty", "optimizer.safetensors" },
        { "null", "state.json" },
        { "delete", "model.safetensors" },
        { "delete", "state.json" },
        { "step", "state.json" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Restore_DamagedNewest_IsReportedAndTheOneBeforeUsed(string damage, string file)
    {
        runs.CopyInterrupted(_folder.Run.Root);
        Assert.Equal(["step-00000005", "step-00000004", "step-00000002"], _folder.Run.CheckpointFolders().Select(Path.GetFileName));
        Damage(Path.Combine(_folder.Run.CheckpointFolders()[0], file), damage);

        var outcome = await TinyRun.TrainAsync(Config, _folder.Run);
        var report = Assert.Single(outcome.DamagedCheckpoints);
        Assert.Contains("damaged-step-00000005", report, StringComparison.Ordinal);
        Assert.Contains(damage is "step" ? "of another step" : file, report, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(_folder.Run.Root, "checkpoints", "damaged-step-00000005")));
        RunAssert.Equal(runs.Whole, _folder.Run);
    }

    [Fact]
    public async Task Restore_EveryCheckpointDamaged_IsRefusedAndChangesNothing()
    {
        runs.CopyInterrupted(_folder.Run.Root);
        foreach (var checkpoint in _folder.Run.CheckpointFolders()) Damage(Path.Combine(checkpoint, "model.safetensors"), "flip");
        var before = Names();
        var error = await Assert.ThrowsAsync<NoSoundCheckpointException>(() => TinyRun.TrainAsync(Config, _folder.Run));
        foreach (var step in (int[])[5, 4, 2])
            Assert.Contains($"step-{step:D8}: model.safetensors does not match", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Names());
        Assert.Equal(5, MetricsFile.Read(_folder.Run.MetricsFile).Count);
        // Set aside by hand, they are checkpoints all the same.
        foreach (var checkpoint in _folder.Run.CheckpointFolders()) _folder.Run.SetDamagedAside(checkpoint);
        await Assert.ThrowsAsync<NoSoundCheckpointException>(() => TinyRun.TrainAsync(Config, _folder.Run));

        string[] Names() => [.. Directory.EnumerateFileSystemEntries(_folder.Run.Root, "*", SearchOption.AllDirectories).Order()];
    }

    [Fact]
    public async Task Restore_NewerOfTwoKeptDamaged_KeepsTheNextGoodOnes()
    {
        var config = Config with { Training = Config.Training with { KeepCheckpoints = 2 } };
        await TinyRun.TrainAsync(config, _folder.Run, stopAfter: 4);
        Damage(Path.Combine(_folder.Run.CheckpointFolders()[0], "model.safetensors"), "flip");
        await TinyRun.TrainAsync(config, _folder.Run, stopAfter: 3);
        Assert.Equal(["step-00000003", "step-00000002"], _folder.Run.CheckpointFolders().Select(Path.GetFileName));
        RunAssert.NoHalfWrittenCheckpoint(_folder.Run);
    }

    [Fact]
    public async Task Restore_CheckpointOfAnotherModel_ThrowsAndLeavesTheRunAlone()
    {
        await TinyRun.TrainAsync(Config, _folder.Run);
        var before = await File.ReadAllTextAsync(_folder.Run.ConfigFile);
        var other = Config with { Model = Config.Model with { Encoder = Config.Model.Encoder with { Depth = 3 } } };
        await Assert.ThrowsAsync<CheckpointMismatchException>(() => TinyRun.TrainAsync(other, _folder.Run));
        Assert.Equal(before, await File.ReadAllTextAsync(_folder.Run.ConfigFile));
        Assert.Equal(6, MetricsFile.Read(_folder.Run.MetricsFile).Count);
        RunAssert.NoHalfWrittenCheckpoint(_folder.Run);
    }

    [Fact]
    public async Task Save_MovingTeacherInBfloat16_KeepsFloat32Averages()
    {
        var config = TinyRun.Stage2 with { Training = Config.Training with { Precision = Precision.Bfloat16 } };
        await TinyRun.TrainAsync(config, _folder.Run);
        using var file = SafetensorsFile.Open(Path.Combine(_folder.Run.CheckpointFolders()[0], "optimizer.safetensors"));
        Assert.All(
            file.Entries.Where(
            e => e.Key.StartsWith("extra.teacher.", StringComparison.Ordinal) || e.Key.StartsWith("master.", StringComparison.Ordinal)),
            entry => Assert.Equal("F32", entry.Value.Type.Name));
        Assert.Contains("extra.teacher.blocks.0.attn.qkv.weight", file.Entries.Keys);
        Assert.Contains("master.encoder.blocks.0.attn.qkv.weight", file.Entries.Keys);
        Assert.DoesNotContain("master.encoder.clip_projector.cross_attn.q_bias", file.Entries.Keys);
    }

    private static void Damage(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        switch (how)
        {
            case "flip":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "truncate":
                File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "null":
                File.WriteAllText(path, "null");
                break;
            case "step":
                File.WriteAllText(path, Encoding.UTF8.GetString(bytes).Replace("\"step\": 5", "\"step\": 7", StringComparison.Ordinal));
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    /// <summary>A finished run, and the same one interrupted after five of six steps.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        private readonly TemporaryRun _whole = new(), _interrupted = new();

        public RunFolder Whole => _whole.Run;

        public async Task InitializeAsync()
        {
            await TinyRun.TrainAsync(Config, _whole.Run);
            await TinyRun.TrainAsync(Config, _interrupted.Run, stopAfter: 5);
        }

        public Task DisposeAsync()
        {
            _whole.Dispose();
            _interrupted.Dispose();
            return Task.CompletedTask;
        }

        public void CopyInterrupted(string to)
        {
            foreach (var file in Directory.EnumerateFiles(_interrupted.Run.Root, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(_interrupted.Run.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
