using InternVideoNext.Data;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class PlaceProbeTests
{
    private const int Clips = 600;
    private const int Classes = 4;

    private static readonly TokenGrid Grid = new(2, 4, 4);

    // One frame, for cases made by hand.
    private static readonly TokenGrid Still = new(1, 4, 4);

    [Fact]
    public void Measure_OutputsThatTellThePlace_AreAlwaysRight()
    {
        using var scope = NewDisposeScope();
        var result = PlaceProbe.Measure(Make(1, signal: 1, anywhere: true), Make(2, signal: 1, anywhere: true), Grid);
        Assert.Equal((1.0, 1.0, 0.0), (result.Top1, result.UnseenTop1, result.MeanDistance));
        Assert.Equal(1.0 / 12, result.Chance, 12);
        // Hidden: 12 of 16 cells.
        Assert.InRange(
            result.Frames, 0.75 * 2 * Clips - Margin(0.75, 2 * Clips) * 2 * Clips, 0.75 * 2 * Clips + Margin(0.75, 2 * Clips) * 2 * Clips);
        // Of the 15 other cells, 11 are hidden; nothing of the thing is seen where the one to the right is.
        var (unseen, margin) = (11.0 / 15, Margin(11.0 / 15, result.Frames));
        Assert.InRange((double)result.UnseenFrames / result.Frames, unseen - margin, unseen + margin);
    }

    [Fact]
    public void Measure_Noise_IsAtChance()
    {
        using var scope = NewDisposeScope();
        var result = PlaceProbe.Measure(Make(3, signal: 0, anywhere: true), Make(4, signal: 0, anywhere: true), Grid);
        var margin = Margin(result.Chance, result.Frames);
        Assert.InRange(result.Top1, result.Chance - margin, result.Chance + margin);
        Assert.InRange(result.BlindTop1, result.Chance - margin, result.Chance + margin);
        Assert.InRange(result.MeanDistance, 1, 2);
    }

    [Fact]
    public void Measure_BlindProbe_KnowsOnlyWhatClassAndCellTell()
    {
        using var scope = NewDisposeScope();
        var anywhere = PlaceProbe.Measure(Make(5, signal: 1, anywhere: true), Make(6, signal: 1, anywhere: true), Grid);
        var margin = Margin(anywhere.Chance, anywhere.Frames);
        Assert.InRange(anywhere.BlindTop1, anywhere.Chance - margin, anywhere.Chance + margin);
        // Where a class has a place of its own, its mean tells it.
        var fixedPlaces = PlaceProbe.Measure(Make(7, signal: 1, anywhere: false), Make(8, signal: 1, anywhere: false), Grid);
        Assert.Equal(1, fixedPlaces.BlindTop1);
    }

    // The centre lies in cell 4; what shows some of the thing varies.
    [Theory]
    [InlineData(7, "4", 1, 1)]
    [InlineData(7, "4 7", 1, 0)]
    [InlineData(6, "0 3 4 5 7 8", 1, 1)]
    [InlineData(5, "0 3 4 5 7 8", 1, 0)]
    [InlineData(7, "", 1, 1)] // too small to be seen
    [InlineData(4, "4 5", 0, 0)] // the centre is visible itself
    [InlineData(4, "0 5", 0, 0)] // so it is, in the hole of a ring: the question is void, though nothing of it is seen
    public void Measure_OneVisibleCell_CountsFramesAndUnseenOnes(int visible, string covered, int frames, int unseen)
    {
        using var scope = NewDisposeScope();
        int[] cells = [.. covered.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        var test = OneHiddenButOne(right: 4, chosen: 4, visible, cells);
        var result = PlaceProbe.Measure(OneHiddenButOne(right: 4, chosen: 4, visible: 15), test, Still);
        Assert.Equal((frames, unseen), (result.Frames, result.UnseenFrames));
        Assert.Equal(unseen > 0 ? 1.0 : null, result.UnseenTop1);
    }

    [Fact]
    public void Measure_SeenInOneFrameAlone_CountsTheOther()
    {
        using var scope = NewDisposeScope();
        // Cell 15 of both frames is visible, and shows some of the thing in the second; there the probe errs.
        var hidden = cat([arange(15), arange(16, 31)]).unsqueeze(0);
        var (right, chosen) = (tensor(new long[] { 4, 20 }), tensor(new long[] { 4, 21 }));
        var covered = zeros(1, 32, dtype: @bool);
        foreach (var cell in new[] { 4, 20, 31 }) covered[0, cell] = true;
        var places = tensor(new[] { 0.1f, 0.3f, 0.1f, 0.3f }).reshape(1, 2, 2);
        var result = PlaceProbe.Measure(Clip(right), Clip(chosen), Grid);
        Assert.Equal((2, 0.5, 1, 1.0), (result.Frames, result.Top1, result.UnseenFrames, result.UnseenTop1));

        HiddenTokens Clip(Tensor told) =>
            new(hidden, hidden.unsqueeze(2).eq(told).any(2, true).to(float32), places, covered, zeros(1, dtype: int64));
    }

    [Fact]
    public void Of_Tracks_LaysThemOutByClipAndFrame()
    {
        using var scope = NewDisposeScope();
        var tracks = Enumerable.Range(0, 3).Select(i =>
            new ActorTrack([(0.1f * i, 0.2f), (0.3f, 0.1f * i)], [.. Enumerable.Range(0, 32).Select(cell => cell == i)]));
        using var tokens = HiddenTokens.Of(zeros(3, 24, dtype: int64), zeros(3, 24, 6), [.. tracks], [5, 6, 7]);
        Assert.Equal([0.2f, 0.2f, 0.3f, 0.2f], tokens.Places[2].flatten().data<float>().ToArray());
        Assert.True(tokens.Covered.equal(eye(3, 32, dtype: @bool)).all().item<bool>());
        Assert.Equal([5L, 6, 7], tokens.Classes.data<long>().ToArray());
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(6, 2)]
    [InlineData(7, 1)] // three to the right is one to the left
    [InlineData(12, 2)]
    [InlineData(0, 1)]
    [InlineData(3, 1.4142136)]
    [InlineData(14, 2.8284271)]
    public void Measure_AnotherCellChosen_TellsItsDistanceOnTheTorus(int chosen, double distance)
    {
        using var scope = NewDisposeScope();
        var test = OneHiddenButOne(right: 4, chosen, visible: 15);
        var result = PlaceProbe.Measure(OneHiddenButOne(right: 4, chosen: 4, visible: 15), test, Still);
        Assert.Equal(distance, result.MeanDistance, 1e-6);
        Assert.Equal(chosen == 4 ? 1 : 0, result.Top1);
    }

    [Fact]
    public void Measure_SeveralClips_GivesMeansOverTheFramesThatCount()
    {
        using var scope = NewDisposeScope();
        // Right; two cells off; and one whose actor is visible, which does not count.
        var test = Join(
            OneHiddenButOne(right: 4, chosen: 4, visible: 15), OneHiddenButOne(right: 4, chosen: 6, visible: 15),
            OneHiddenButOne(right: 4, chosen: 5, visible: 4));
        var result = PlaceProbe.Measure(OneHiddenButOne(right: 4, chosen: 4, visible: 15), test, Still);
        Assert.Equal((2, 0.5, 1.0), (result.Frames, result.Top1, result.MeanDistance));
    }

    [Fact]
    public void Measure_Repeated_KeepsNoTensors()
    {
        using var train = Make(9, signal: 1, anywhere: true);
        using var test = Make(10, signal: 1, anywhere: true);
        PlaceProbe.Measure(train, test, Grid);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) PlaceProbe.Measure(train, test, Grid);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    // Four standard deviations of a share of so many frames.
    private static double Margin(double share, int frames) => 4 * Math.Sqrt(share * (1 - share) / frames);

    /// <summary>
    /// Clips in which 12 of 16 cells are hidden through all frames; the outputs are noise, and in channel 0 the thing's presence
    /// times a signal. Its place is drawn for every frame, or is the class's own; it shows there and in the cell to the right.
    /// </summary>
    private static HiddenTokens Make(ulong seed, double signal, bool anywhere)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var cells = rand([Clips, 16], generator: generator).argsort(1).narrow(1, 0, 12).sort(1).Values;             // [n, 12]
        var hidden = cat([cells, cells + 16], 1);                                                                   // [n, 24]
        var classes = randint(0, Classes, [Clips], dtype: int64, generator: generator);
        var places = anywhere
            ? rand([Clips, 2, 2], generator: generator)
            // [n, T, 2]
            : stack([(classes + 0.5) / Classes, (classes + 0.5) / Classes], 1).to(float32).unsqueeze(1).expand(-1, 2, -1).contiguous();
        var cell = (places * 4).floor().to(int64);
        var right = (cell.select(2, 1) * 4) + cell.select(2, 0) + tensor(new long[] { 0, 16 });                     // [n, T]
        var beside = right - cell.select(2, 0) + (cell.select(2, 0) + 1).remainder(4);
        var covered = zeros(Clips, 32, dtype: @bool).scatter(1, cat([right, beside], 1), ones(Clips, 4, dtype: @bool));
        var outputs = randn([Clips, 24, 6], generator: generator) * (signal == 0 ? 1 : 0.05);
        outputs.select(2, 0).add_(hidden.eq(right.repeat_interleave(12, 1)).to(float32) * signal);
        return new HiddenTokens(
            hidden.MoveToOuterDisposeScope(), outputs.MoveToOuterDisposeScope(), places.MoveToOuterDisposeScope(),
            covered.MoveToOuterDisposeScope(), classes.MoveToOuterDisposeScope());
    }

    // One clip of one frame with one visible cell: the thing is in one cell, and shows in some; the output of one tells of it.
    private static HiddenTokens OneHiddenButOne(int right, int chosen, int visible, params int[] covered)
    {
        var cells = Enumerable.Range(0, 16).Where(cell => cell != visible).Select(cell => (long)cell).ToArray();
        var outputs = cells.Select(cell => cell == chosen ? 1f : 0f).ToArray();
        var place = tensor(new[] { ((right % 4) + 0.5f) / 4, ((right / 4) + 0.5f) / 4 });
        var shows = tensor(Enumerable.Range(0, 16).Select(covered.Contains).ToArray());
        return new HiddenTokens(
            tensor(cells).reshape(1, 15), tensor(outputs).reshape(1, 15, 1), place.reshape(1, 1, 2), shows.reshape(1, 16),
            zeros(1, dtype: int64));
    }

    private static HiddenTokens Join(params HiddenTokens[] clips) => new(
        cat([.. clips.Select(c => c.Hidden)]), cat([.. clips.Select(c => c.Outputs)]), cat([.. clips.Select(c => c.Places)]),
        cat([.. clips.Select(c => c.Covered)]), cat([.. clips.Select(c => c.Classes)]));
}
