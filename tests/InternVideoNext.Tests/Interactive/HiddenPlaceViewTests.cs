using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using TorchSharp;

namespace InternVideoNext.Tests.Interactive;

public sealed class HiddenPlaceViewTests
{
    private const int Size = 32, Larger = 8, Cell = Size / 4 * Larger; // 8 pixels for one, 64 a cell
    private static readonly TokenGrid Grid = new(4, 4, 4);

    [Fact]
    public void ToHtml_OneHiddenCellBelieved_IsOrangeThereAndGreyElsewhere()
    {
        using var scope = torch.NewDisposeScope();
        var (clip, hidden, scores, centres) = Case();
        scores[(0 * 16) + 5] = 50f; // all of frame 0's belief
        var rows = Fragments.Images(new HiddenPlaceView(clip, hidden, scores, centres, Grid));
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(((4 * (Size + 1)) - 1) * Larger, row.Width)); // drawn as large as it is shown
        Assert.Equal((255, 140, 0, 255), rows[0][Middle(1), Middle(1)]);
        Assert.Equal((128, 128, 128, 255), rows[0][Middle(1), Middle(2)]);
        var (red, green, blue, _) = rows[0][0, 0]; // the first cell is visible
        Assert.Equal((red, green, blue), (rows[1][0, 0].R, rows[1][0, 0].G, rows[1][0, 0].B));
        Assert.NotEqual((128, 128, 128, 255), rows[1][Middle(1), Middle(2)]); // nothing is hidden below
    }

    [Fact]
    public void ToHtml_Beliefs_AreTheSoftmaxOfAFramesHiddenCells()
    {
        using var scope = torch.NewDisposeScope();
        var (clip, hidden, scores, centres) = Case();
        scores[(1 * 16) + 7] = MathF.Log(14 * 3); // 14 others at 0: three quarters
        var view = new HiddenPlaceView(clip, hidden, scores, centres, Grid);
        Assert.Contains(
            "Highest belief by frame, in %: 7, 75, 7, 7; at the true centre: 7, 2, 7, visible.", view.ToHtml(), StringComparison.Ordinal);
        var above = Fragments.Images(view)[0];
        var left = (Size + 1) * Larger; // frame 1
        var orange = above[Middle(1), left + Middle(3)];
        Assert.InRange(orange.R, 128 + (0.75 * 127) - 1, 128 + (0.75 * 127) + 1);
        Assert.Equal((255, 140, 0, 255), above[Cell + 1, left + (3 * Cell) + 1]); // its outline
    }

    [Fact]
    public void ToHtml_CentreAtTheEdge_HasARingOnBothSides()
    {
        using var scope = torch.NewDisposeScope();
        var (clip, hidden, scores, centres) = Case();
        centres[2] = torch.tensor(new[] { 0f, 0.625f });
        var above = Fragments.Images(new HiddenPlaceView(clip, hidden, scores, centres, Grid))[0];
        var left = 2 * (Size + 1) * Larger;
        var radius = (int)(0.09 * Size * Larger);
        Assert.Equal((255, 255, 255, 255), above[160, left + radius]);
        Assert.Equal((255, 255, 255, 255), above[160, left + (Size * Larger) - 1 - radius]);
        Assert.NotEqual((255, 255, 255, 255), above[160, left + (Size * Larger / 2)]);
    }

    [Fact]
    public void Constructor_WhatDoesNotFit_IsNamed()
    {
        using var scope = torch.NewDisposeScope();
        var (clip, hidden, scores, centres) = Case();
        var nothing = torch.full(64, float.NaN);
        Assert.Contains("not finite", Message(() => new HiddenPlaceView(clip, hidden, nothing, centres, Grid)), StringComparison.Ordinal);
        Assert.Contains("[64]", Message(() => new HiddenPlaceView(clip, hidden, scores[..16], centres, Grid)), StringComparison.Ordinal);
        Assert.Contains("[4, 2]", Message(() => new HiddenPlaceView(clip, hidden, scores, centres[..3], Grid)), StringComparison.Ordinal);
        Assert.Contains("0 to 1", Message(() => new HiddenPlaceView(clip, hidden, scores, centres + 1, Grid)), StringComparison.Ordinal);
        Assert.Contains("Bool", Message(() => new HiddenPlaceView(clip, scores, scores, centres, Grid)), StringComparison.Ordinal);
        var half = new TokenGrid(2, 4, 4);
        Assert.Contains(
            "agree", Message(() => new HiddenPlaceView(clip, hidden[..32], scores[..32], centres[..2], half)), StringComparison.Ordinal);
    }

    // The first cell of every frame is visible, all scores are 0, and the centre lies in cell 5, in frame 3 in the visible one.
    private static (torch.Tensor Clip, torch.Tensor Hidden, torch.Tensor Scores, torch.Tensor Centres) Case()
    {
        var hidden = torch.ones(64, dtype: torch.@bool);
        for (var t = 0; t < 4; t++) hidden[t * 16] = false;
        var scores = torch.zeros(64).masked_fill(hidden.logical_not(), float.NaN);
        var centres = torch.full(4, 2, 0.3f);
        centres[3] = torch.tensor(new[] { 0.1f, 0.1f });
        return (Clips.Random(4, Size, Size), hidden, scores, centres);
    }

    private static string Message(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;

    // A cell's middle, off the ring: the true centre is elsewhere in the cell.
    private static int Middle(int cell) => (cell * Cell) + (Cell / 2) + 18;
}
