namespace InternVideoNext.Tests.Cli.Commands;

public sealed class FindBatchCommandTests
{
    [Fact]
    public async Task FindBatch_RoomForNothing_SaysSo()
    {
        var (code, output, _) = await Ivnext.RunAsync("train", "find-batch", "stage1", "--preset", "tiny", "--memory-megabytes", "60");
        Assert.Equal(1, code);
        Assert.Contains("1 clips: does not fit", output, StringComparison.Ordinal);
        Assert.Contains("Not even one clip fits into 60 MiB", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindBatch_UpToOne_ShowsWhatItTook()
    {
        var (code, output, error) = await Ivnext.RunAsync("train", "find-batch", "stage2", "--preset", "tiny", "--most", "1");
        Assert.True(code == 0, error);
        Assert.Matches(@"│ 1 +│ +[0-9.]+ +│ +[0-9.]+ +│ +[0-9.]+ +│", output);
        Assert.Matches(@"--set training\.batch_size=1 ", output);
    }

    [Fact]
    public async Task FindBatch_ConfigurationThatFails_IsNotTakenForWantOfMemory()
    {
        var (code, _, error) = await Ivnext.RunAsync(
            "train", "find-batch", "stage1", "--preset", "tiny", "--set", "training.device=cuda:7");
        Assert.NotEqual(0, code);
        Assert.Contains("training.device is cuda:7", error, StringComparison.Ordinal);
    }
}
