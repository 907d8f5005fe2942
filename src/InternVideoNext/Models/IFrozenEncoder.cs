using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: B batch, N = T h w tokens, K class tokens, C width, E pooled width

/// <summary>
/// A trained video encoder as probes and tables read it, ours or another system's: a clip in the encoder's own preprocessing goes in,
/// tokens come out. Nothing of it changes.
/// </summary>
public interface IFrozenEncoder : IDisposable
{
    /// <summary>What it is, for tables: for example <c>V-JEPA 2</c>.</summary>
    string System { get; }

    /// <summary>C, channels of a token.</summary>
    int Width { get; }

    /// <summary>E, width of the pooled vector; null where the system pools nothing.</summary>
    int? PooledWidth { get; }

    /// <summary>How it wants its clips.</summary>
    ClipPreprocessing Preprocessing { get; }

    /// <summary>What it is made of, and what a clip of its own preprocessing costs.</summary>
    BlockDescription Blocks { get; }

    /// <summary>The tokens of a clip of this size.</summary>
    /// <param name="frames">Frames of the clip.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <exception cref="ArgumentException">The encoder takes no clips of this size.</exception>
    TokenGrid GridOf(int frames, int height, int width);

    /// <summary>Encodes clips, without gradients, on the encoder's device and in its precision.</summary>
    /// <param name="clips">[B, 3, frames, height, width] as <see cref="Preprocessing"/> says, on any device.</param>
    /// <returns>Float tensors on the encoder's device, in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The encoder takes no clips of this size.</exception>
    ClipFeatures Encode(Tensor clips);
}

/// <summary>What an encoder makes of clips.</summary>
/// <param name="Tokens">[B, N, C], ordered (t, h, w); class tokens are not among them.</param>
/// <param name="Grid">T, h, w.</param>
/// <param name="ClassTokens">[B, K, C]; null where the system has none.</param>
/// <param name="Pooled">[B, E]; null where the system pools nothing.</param>
public sealed record ClipFeatures(Tensor Tokens, TokenGrid Grid, Tensor? ClassTokens, Tensor? Pooled) : IDisposable
{
    /// <summary>Takes every tensor out of the current dispose scope into the one around it.</summary>
    public ClipFeatures MoveToOuterDisposeScope()
    {
        foreach (var tensor in All()) tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in All()) tensor.Dispose();
    }

    private IEnumerable<Tensor> All() => new[] { Tokens, ClassTokens, Pooled }.OfType<Tensor>();
}
