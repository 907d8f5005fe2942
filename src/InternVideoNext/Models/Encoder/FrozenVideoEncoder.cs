using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>This package's encoder as probes read it. Disposes the encoder.</summary>
/// <param name="encoder">The encoder, trained; its position table is that of the clips it is given.</param>
public sealed class FrozenVideoEncoder(VideoEncoder encoder) : IFrozenEncoder
{
    /// <inheritdoc/>
    public string System => "InternVideo-Next";

    /// <inheritdoc/>
    public int Width => encoder.Config.Width;

    /// <inheritdoc/>
    public int? PooledWidth => encoder.Config.PoolWidth;

    /// <inheritdoc/>
    public ClipPreprocessing Preprocessing => new() { Frames = encoder.Config.Frames, Size = encoder.Config.ImageSize };

    /// <inheritdoc/>
    public BlockDescription Blocks
    {
        get
        {
            var tokens = new ClipTokens(encoder.Config.ClassTokens, encoder.Config.Grid.Tokens, [encoder.Config.Grid.Tokens]);
            return EncoderBlocks.Of(encoder.Config, "", tokens, [tokens.Full], pools: true, trains: false);
        }
    }

    /// <inheritdoc/>
    public TokenGrid GridOf(int frames, int height, int width) =>
        frames == encoder.Config.Frames && height == encoder.Config.ImageSize && width == encoder.Config.ImageSize ? encoder.Config.Grid
        : throw new ArgumentException(
            $"{System}: a clip of {frames} frames of {height} x {width} pixels; the encoder was opened for {encoder.Config.Frames} frames "
            + $"of {encoder.Config.ImageSize} x {encoder.Config.ImageSize}.");

    /// <inheritdoc/>
    public ClipFeatures Encode(Tensor clips)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var like = encoder.parameters().First();
        var output = encoder.Encode(encoder.Embed(clips.to(like.dtype, like.device)), visible: null, dropPath: null).Tokens;
        var (classes, grid) = (encoder.Config.ClassTokens, encoder.Config.Grid);
        return new ClipFeatures(
            output.narrow(1, classes, grid.Tokens), grid, classes > 0 ? output.narrow(1, 0, classes) : null, encoder.Pool(output))
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();
}
