using InternVideoNext.Data;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n clips, T frames, N tokens of a clip, Nm hidden ones (as many of each frame), Cp predictor width.

/// <summary>Hidden tokens of clips, with the true place of the thing in every frame.</summary>
/// <param name="Hidden">[n, Nm] int64, indices of the hidden tokens in order (t, h, w); as many of every frame.</param>
/// <param name="Outputs">[n, Nm, Cp] float32: what the model believes of them.</param>
/// <param name="Places">[n, T, 2] float32: the centre as shares of width and height, on a torus.</param>
/// <param name="Covered">[n, N] bool: the cells in which some of the thing is to be seen.</param>
/// <param name="Classes">[n] int64: the clip's class, all labels together; only the blind probe reads it.</param>
public sealed record HiddenTokens(Tensor Hidden, Tensor Outputs, Tensor Places, Tensor Covered, Tensor Classes) : IDisposable
{
    /// <summary>Hidden tokens of clips with their tracks; the tensors given become this record's.</summary>
    /// <param name="hidden">[n, Nm] int64.</param>
    /// <param name="outputs">[n, Nm, Cp] float32.</param>
    /// <param name="tracks">n tracks of the thing.</param>
    /// <param name="classes">n classes.</param>
    public static HiddenTokens Of(Tensor hidden, Tensor outputs, IReadOnlyList<ActorTrack> tracks, IEnumerable<long> classes)
    {
        using var scope = NewDisposeScope();
        var places = tensor(tracks.SelectMany(track => track.Centres).SelectMany(p => new[] { p.X, p.Y }).ToArray());
        var covered = tensor(tracks.SelectMany(track => track.Covered).ToArray());
        return new HiddenTokens(
            hidden,
            outputs,
            places.reshape(tracks.Count, -1, 2).DetachFromDisposeScope(),
            covered.reshape(tracks.Count, -1).DetachFromDisposeScope(),
            tensor(classes.ToArray()).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Hidden.Dispose();
        Outputs.Dispose();
        Places.Dispose();
        Covered.Dispose();
        Classes.Dispose();
    }
}
