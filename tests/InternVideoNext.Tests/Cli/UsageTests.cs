using System.CommandLine;
using InternVideoNext.Cli;

namespace InternVideoNext.Tests.Cli;

public sealed class UsageTests
{
    public static TheoryData<string> Commands => [.. Paths(CommandTable.All(), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_EveryCommand_ExplainsItselfWithAnExample(string path)
    {
        var (code, output, error) = await Ivnext.CallAsync([.. path.Split(' '), "--help"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.True(output.Contains($"./ivnext {path}", StringComparison.Ordinal), $"{path} shows no example of itself:\n{output}");
    }

    [Fact]
    public async Task Help_Root_ListsEveryCommandAndTheExitCodes()
    {
        var (code, output, _) = await Ivnext.CallAsync("--help");
        Assert.Equal(0, code);
        Assert.All(CommandTable.All(), command => Assert.Contains($"  {command.Name}", output, StringComparison.Ordinal));
        Assert.Contains("0 done, 1 failed, 2 wrong usage, 3", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Required command", "")]
    [InlineData("'--data' is required", "train stage1 --out x")]
    [InlineData("Unrecognized", "train stage1 --data d --out o --sett a=b")]
    [InlineData("there is no preset 'huge'; there are tiny", "train stage1 --data d --out o --preset huge")]
    [InlineData("there is no 'stepz' here; known: steps,", "train stage1 --data d --out o --set training.stepz=3")]
    [InlineData("expected path=value", "train stage1 --data d --out o --set training.steps")]
    [InlineData("training.steps: ", "train stage1 --data d --out o --set training.steps=many")]
    [InlineData("steps = 0 must be above 0", "train stage1 --data d --out o --set training.steps=0")]
    [InlineData("--device gpu: it must be cpu, cuda or cuda:N", "train stage1 --data d --out o --device gpu")]
    [InlineData("device = gpu must be cpu, cuda or cuda:N", "train stage1 --data d --out o --set training.device=gpu")]
    [InlineData("width = 33 must be a multiple", "train stage1 --data d --out o --preset tiny --set model.encoder.width=33")]
    [InlineData("masking.ratio = 2", "train stage1 --data d --out o --preset tiny --set masking.ratio=2")]
    [InlineData("--processes 0: it must lie in", "train stage1 --data d --out o --processes 0")]
    [InlineData(
        "2 processes cannot share a step of training.accumulation = 1", "train stage1 --data d --out o --preset tiny --processes 2")]
    [InlineData(
        "training.accumulation must be a multiple of 3 (3, 6, 9, ...)",
        "train stage1 --data d --out o --processes 3 --set training.accumulation=4")]
    [InlineData("--rank and --address go together", "train stage1 --data d --out o --processes 2 --rank 1")]
    [InlineData("--rank and --address go together", "train stage1 --data d --out o --processes 2 --address h:1")]
    [InlineData("--rank 2: of 2 processes", "train stage1 --data d --out o --processes 2 --rank 2 --address h:1")]
    [InlineData(
        "training.device is cuda:1, but each of 2 processes has a GPU of its own",
        "train stage1 --data d --out o --processes 2 --device cuda:1 --set training.accumulation=2")]
    [InlineData(
        "warmup_steps = 13 must be below steps = 5: warmup_steps of 4 or less fits, or steps of 14 or more",
        "train stage1 --data d --out o --preset tiny --set training.warmup_steps=13 training.steps=5")]
    [InlineData("-> 5", "train stage1 --data d --out o --preset tiny --set training.warmup_steps=13 training.steps=5")]
    [InlineData("start is null; name a Stage 1 checkpoint", "train stage2 --data d --out o --preset tiny")]
    public async Task Usage_Wrong_ExitsWithTwoAndSaysWhat(string message, string line)
    {
        var (code, _, error) = await Ivnext.CallAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.StartsWith("ivnext: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_DataNotThere_ExitsWithOneNamingIt()
    {
        var run = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var (code, _, error) = await Ivnext.CallAsync("train", "stage1", "--data", "/no/such/folder", "--out", run);
        Assert.Equal(1, code);
        Assert.Contains("/no/such/folder", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run));
    }

    private static IEnumerable<string> Paths(IEnumerable<Command> commands, string prefix) =>
        commands.Where(c => !c.Hidden)
            .SelectMany(c => c.Subcommands.Any() ? Paths(c.Subcommands, $"{prefix}{c.Name} ") : [prefix + c.Name]);
}
