using System.Globalization;
using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>A value per token as heat over the greyed frames: a teacher's attention, a loss per token.</summary>
public sealed class SaliencyStrip : FramesView
{
    private const double HeatShare = 0.65;

    private readonly FrameStack _frames;
    private readonly double[] _values;
    private readonly TokenGrid _grid;

    /// <summary>A clip and a value for each of its tokens.</summary>
    /// <param name="clip">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="saliency">
    /// [grid.Frames, L], L tokens per frame, or the same values flat. NaN and infinite values leave the patch grey.
    /// </param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public SaliencyStrip(Tensor clip, Tensor saliency, TokenGrid grid)
    {
        ArgumentNullException.ThrowIfNull(saliency);
        _frames = FrameStack.FromClip(clip);
        if (saliency.numel() != grid.Tokens)
            throw new ArgumentException(
                $"saliency has shape [{string.Join(", ", saliency.shape)}]; expected [{grid.Frames}, {grid.TokensPerFrame}].",
                    nameof(saliency));
        using (NewDisposeScope())
            _values = saliency.detach().to(float64).cpu().contiguous().data<double>().ToArray();
        _grid = grid;
        _ = new PatchMap(_frames, grid);
    }

    private protected override string Legend
    {
        get
        {
            var (low, high) = Range();
            return string.Create(CultureInfo.InvariantCulture, $"Dark is {low:G3}, bright is {high:G3}.");
        }
    }

    private protected override IReadOnlyList<FrameRow> Rows()
    {
        var (low, high) = Range();
        var result = _frames.Copy();
        new PatchMap(_frames, _grid).Paint(result, (pixel, token, _, _) =>
        {
            var grey = (0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]);
            var value = _values[token];
            var (red, green, blue) = double.IsFinite(value)
                ? HeatScale.At(high > low ? (value - low) / (high - low) : 0)
                : (grey, grey, grey);
            pixel[0] = Mix(grey, red);
            pixel[1] = Mix(grey, green);
            pixel[2] = Mix(grey, blue);
        });
        return [new("", result)];
    }

    private (double Low, double High) Range()
    {
        var finite = _values.Where(double.IsFinite).ToList();
        return finite.Count == 0 ? (0, 0) : (finite.Min(), finite.Max());
    }

    private static byte Mix(double grey, double heat) => (byte)Math.Round((grey * (1 - HeatShare)) + (heat * HeatShare));
}
