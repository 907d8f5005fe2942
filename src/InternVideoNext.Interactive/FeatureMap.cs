using System.Globalization;
using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>
/// Token features as colours: red, green and blue are the first three principal components over all tokens of the clip,
/// each stretched between its 1st and 99th percentile. Like colours mean like features; the hues themselves mean nothing.
/// </summary>
public sealed class FeatureMap : FramesView
{
    private readonly PrincipalColours _colours;
    private readonly TokenGrid _grid;
    private readonly FrameStack? _clip;

    /// <summary>The features of a clip's tokens.</summary>
    /// <param name="features">[N, D] or [T, L, D] in (t, h, w) order, without class tokens; neither changed nor disposed.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <param name="clip">The clip, [3, T, H, W], to be shown above with as many frames as the grid; or null.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public FeatureMap(Tensor features, TokenGrid grid, Tensor? clip = null)
    {
        _colours = PrincipalColours.Of(features, grid);
        _grid = grid;
        if (clip is null) return;
        _clip = FrameStack.FromClip((Tensor)clip);
        _ = new PatchMap(_clip, grid);
    }

    /// <summary>The tokens of the clip.</summary>
    internal TokenGrid Grid => _grid;

    /// <summary>Red, green and blue of every token, in (t, h, w) order.</summary>
    internal ReadOnlyMemory<byte> Colours => _colours.Colours;

    private protected override string Legend => "Colours: principal components of the features, with "
        + string.Join(", ", _colours.Explained.Select(share => share.ToString("0\u00a0%", CultureInfo.InvariantCulture)))
        + " of the variance.";

    private protected override IReadOnlyList<FrameRow> Rows()
    {
        if (_clip is null) return [new("", new FrameStack(_grid.Frames, _grid.Height, _grid.Width, _colours.Colours))];
        var features = _clip.Copy();
        new PatchMap(_clip, _grid).Paint(features, (pixel, token, _, _) => _colours.Colours.AsSpan(token * 3, 3).CopyTo(pixel));
        return [new("Clip", _clip), new("Features", features)];
    }
}
