using System.CommandLine;
using InternVideoNext.Ablations;
using InternVideoNext.Cli;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Cli;
using InternVideoNext.Weights;

namespace InternVideoNext.Tests.Ablations;

public sealed class RecipeNoteTests
{
    private static readonly IReadOnlyList<AblationResult> Measured = ShippedResults.Load("mini").Results;

    [Fact]
    public void OfStage_EveryPreset_StatesAllFiveAndACommandThatParses()
    {
        foreach (var preset in Presets.Names)
        {
            IsWhole(RecipeNote.OfStage(preset, 1, Measured), "(method 6)");
            IsWhole(RecipeNote.OfStage(preset, 2, Measured), "(method 7)");
        }
    }

    [Fact]
    public void OfStage_SizesOfThePaper_HaveItsNumbersAndNoTimeOfOurs()
    {
        var large = RecipeNote.OfStage("large", 2, Measured);
        Assert.StartsWith("88.4 / 73.0 / 93.6", large.Reported, StringComparison.Ordinal);
        Assert.Contains("64 A100", large.Hardware, StringComparison.Ordinal);
        Assert.All(["base", "large", "1b", "tiny", "small"], preset =>
            Assert.Equal(RecipeNote.NotMeasured, RecipeNote.OfStage(preset, 2, Measured).Time));
    }

    [Fact]
    public void OfRow_EveryRow_TellsTheTimeOfWhatWasRunAndNoOther()
    {
        foreach (var row in AblationRows.All.Where(row => row.IsOwn))
        {
            var note = RecipeNote.OfRow(row, "mini", Measured);
            IsWhole(note, "");
            Assert.Equal(Measured.Any(result => result.Row == row.Id), note.Time != RecipeNote.NotMeasured);
        }
        Assert.StartsWith("training 2 min 53 s, probes 38 s", RecipeNote.OfStage("mini", 1, Measured).Time, StringComparison.Ordinal);
    }

    [Fact]
    public void OfProtocol_EveryProtocol_StatesAllFive()
    {
        Assert.All(ProbeProtocols.All, protocol => IsWhole(RecipeNote.OfProtocol(protocol, Measured), "method 10"));
        Assert.Equal(
            ["mini", "mini-frames", "mini-attentive"],
            ProbeProtocols.All.Where(p => RecipeNote.OfProtocol(p, Measured).Time != RecipeNote.NotMeasured).Select(p => p.Name));
    }

    [Theory]
    [InlineData("describe --preset mini --stage 2", "time here:  training 7 min")]
    [InlineData("ablate rows align-linear", "69.8 / 31.8 (linear probing")]
    [InlineData("ablate rows", "align-diffusion")]
    [InlineData("probe protocols", "internvideo2-attentive/k400")]
    [InlineData("probe protocols vjepa2/ssv2", "\"segments\": 2")]
    public async Task Command_OfARecipe_PrintsIt(string command, string text)
    {
        var (code, output, error) = await Ivnext.CallAsync(command.Split(' '));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    private static void IsWhole(RecipeNote note, string section)
    {
        Assert.All(note.Lines, line => Assert.NotEmpty(line.Text));
        Assert.Contains(section, note.Section, StringComparison.Ordinal);
        var words = note.Command.Split(' ');
        Assert.Equal("./ivnext", words[0]);
        var root = new RootCommand();
        foreach (var command in CommandTable.All()) root.Add(command);
        Assert.Empty(root.Parse(words[1..]).Errors);
    }
}
