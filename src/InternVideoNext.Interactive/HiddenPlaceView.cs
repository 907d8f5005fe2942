using System.Globalization;
using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>
/// Where a model believes a thing to be behind the mask. Above, what it was given, with hidden cells in grey, tinted by how much of
/// its belief lies there; below, the same frames unmasked.
/// </summary>
public sealed class HiddenPlaceView : FramesView
{
    private readonly FrameStack _frames;
    private readonly bool[] _hidden;
    private readonly HiddenBelief[] _beliefs;
    private readonly (double X, double Y)[] _centres;
    private readonly TokenGrid _grid;

    /// <summary>A clip, what is hidden of it, and what is believed of that.</summary>
    /// <param name="clip">[3, T, H, W], ImageNet-normalised; T is the grid's, H and W are multiples of the grid's sizes.</param>
    /// <param name="hidden">[N] bool, true = hidden, N the grid's tokens in (t, h, w) order.</param>
    /// <param name="scores">
    /// [N], log-odds of each hidden token that the thing's centre lies there (of a place probe); read at hidden tokens only, NaN for the
    /// others. A frame's beliefs are the softmax over its hidden cells.
    /// </param>
    /// <param name="centres">[T, 2], the true centre in each frame as shares of width and height, 0 to 1; the picture's edges meet.</param>
    /// <param name="grid">The tokens of the clip, as many frames of them as the clip has.</param>
    /// <exception cref="ArgumentException">
    /// A shape or type does not fit, a hidden token's score is not finite, or a centre lies outside.
    /// </exception>
    public HiddenPlaceView(Tensor clip, Tensor hidden, Tensor scores, Tensor centres, TokenGrid grid)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(centres);
        _frames = FrameStack.FromClip(clip);
        _ = new PatchMap(_frames, grid);
        if (_frames.Count != grid.Frames)
            throw new ArgumentException(
                $"The clip has {_frames.Count} frames, the grid {grid.Frames}: they must agree, a place belongs to a frame.", nameof(grid));
        _hidden = MaskPainter.Read(hidden, grid);
        _grid = grid;
        _centres = [.. Numbers(centres, [grid.Frames, 2], nameof(centres)).Chunk(2).Select(xy => (xy[0], xy[1]))];
        if (!_centres.All(c => c.X is >= 0 and <= 1 && c.Y is >= 0 and <= 1))
            throw new ArgumentException("Centres are shares of the picture's sides, 0 to 1.", nameof(centres));
        var values = Numbers(scores, [grid.Tokens], nameof(scores));
        if (values.Where((value, token) => _hidden[token] && !double.IsFinite(value)).Any())
            throw new ArgumentException("A hidden token's score is not finite.", nameof(scores));
        _beliefs = [.. Enumerable.Range(0, grid.Frames).Select(t => HiddenBelief.Of(t, values, _hidden, grid))];
    }

    private protected override int Fineness => Magnification.OfStrip(Math.Min(MaxFrames, _frames.Count), _frames.Width);

    private protected override string Legend
    {
        get
        {
            var highest = _beliefs.Select(b => b.Chosen is { } cell ? Percent(b.Of(cell)) : "nothing hidden");
            var right = Enumerable.Range(0, _grid.Frames)
                .Select(t => _hidden[RightCell(t)] ? Percent(_beliefs[t].Of(RightCell(t))) : "visible");
            return "Grey: hidden. Orange: the belief, outlined where it is highest. Ring: the true centre. "
                + $"Highest belief by frame, in %: {string.Join(", ", highest)}; at the true centre: {string.Join(", ", right)}.";
        }
    }

    private protected override IReadOnlyList<FrameRow> Rows()
    {
        var fineness = Fineness;
        var whole = _frames.Enlarge(fineness);
        var believed = MaskPainter.Draw(_frames, _hidden, _grid, MaskStyle.Hide).Enlarge(fineness);
        var painter = new BeliefPainter(believed, _grid, Math.Max(2, fineness / 2));
        for (var t = 0; t < _grid.Frames; t++)
        {
            painter.Tint(t, _hidden, _beliefs[t]);
            painter.Ring(t, _centres[t]);
        }
        return [new("Behind the mask, as the model believes", believed), new("What it did not see", whole)];
    }

    private int RightCell(int t)
    {
        var (x, y) = _centres[t];
        var (column, row) = (Math.Min((int)(x * _grid.Width), _grid.Width - 1), Math.Min((int)(y * _grid.Height), _grid.Height - 1));
        return (((t * _grid.Height) + row) * _grid.Width) + column;
    }

    private static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture);

    private static double[] Numbers(Tensor values, long[] shape, string name)
    {
        if (!values.shape.SequenceEqual(shape))
            throw new ArgumentException(
                $"{name} has shape [{string.Join(", ", values.shape)}]; expected [{string.Join(", ", shape)}].", name);
        using var scope = NewDisposeScope();
        return values.detach().to(float64).cpu().contiguous().data<double>().ToArray();
    }
}
