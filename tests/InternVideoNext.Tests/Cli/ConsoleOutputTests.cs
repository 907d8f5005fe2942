using System.Text.RegularExpressions;
using InternVideoNext.Cli;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Cli;

/// <summary>What reaches a terminal, and what happens when nothing can.</summary>
[Collection(ShapesVideosGroup.Name)]
public sealed class ConsoleOutputTests(ShapesVideos videos)
{
    // Clears the screen; moves up and writes over a line; turns the reading direction.
    private const string Hostile = "a\u001b[2Jb\u001b[1A\rc\u202ed\u009be";

    [Fact]
    public void Escape_ControlCharacters_AreSpelledOutAndTextStays()
    {
        Assert.Equal(@"a\u001b[2Jb\u001b[1A\u000dc\u202ed\u009be", PlainWriter.Escape(Hostile));
        Assert.Equal("Grüße\t動画 😀\n", PlainWriter.Escape("Grüße\t動画 😀\n"));
        using var text = new StringWriter();
        using (var plain = new PlainWriter(text))
        {
            plain.Write('\u001b');
            plain.WriteLine(Hostile);
            plain.Write("{0}{1}", 1, "\u007f");
        }
        Assert.Equal("\\u001b" + PlainWriter.Escape(Hostile) + "\n1\\u007f", text.ToString());
    }

    [Fact]
    public async Task Commands_NamesWithControlCharacters_WriteNoneToTheTerminal()
    {
        var folder = videos.Run(Hostile);
        var missing = await Ivnext.RunAsync("runs", folder);          // an error
        Directory.CreateDirectory(folder);
        var empty = await Ivnext.RunAsync("runs", folder);            // a line
        var run = new RunFolder(Path.Combine(folder, Hostile));
        await TinyRun.TrainAsync(TinyRun.Stage1 with { Training = TinyRun.Training(1) }, run);
        var table = await Ivnext.RunAsync("runs", folder);            // a table
        Assert.Equal((2, 0, 0), (missing.Code, empty.Code, table.Code));
        Assert.Contains(@"\u001b[2Jb", table.Output, StringComparison.Ordinal);
        foreach (var text in (string[])[missing.Error, empty.Output, table.Output])
            Assert.DoesNotMatch(new Regex(@"[\p{Cc}\u202e-[\n\t]]"), text);
    }

    [Theory]
    [InlineData("exec \"$@\" > /dev/full")]
    [InlineData("exec \"$@\" >&-")]
    [InlineData("exec \"$@\" 2> /dev/full > /dev/full")]
    [InlineData("exec \"$@\" >&- 2>&-")]
    public async Task Train_OutputFullOrClosed_TrainsToTheEnd(string shell)
    {
        var run = new RunFolder(videos.Run(Path.GetRandomFileName()));
        using var process = Ivnext.StartByShell(
            shell,
            [
                "train", "stage1", "--data", videos.Manifest, "--preset", "tiny", "--out", run.Root, "--set", "training.batch_size=4",
                "training.warmup_steps=0", "training.steps=3", "training.log_every=1",
            ]);
        var (code, _, error) = await process.EndAsync();
        Assert.True(code == 0, error);
        Assert.EndsWith("step-00000003", run.CheckpointFolders()[0], StringComparison.Ordinal);
        RunAssert.NoHalfWrittenCheckpoint(run);
    }

    [Fact]
    public async Task Describe_OutputFull_FailsAndSaysSo()
    {
        using var process = Ivnext.StartByShell("exec \"$@\" > /dev/full", ["describe", "--preset", "tiny", "--stage", "1"]);
        var (code, _, error) = await process.EndAsync();
        Assert.Equal(1, code);
        Assert.Contains("ivnext: standard output could not be written (No space left on device", error, StringComparison.Ordinal);
    }
}
