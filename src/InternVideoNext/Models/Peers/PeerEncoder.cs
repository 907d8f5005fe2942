using InternVideoNext.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

// Shapes: B batch, N = T h w tokens, C width, E pooled width

/// <summary>
/// Another system's encoder, put together from this package's modules. As a module it can be trained further; as an
/// <see cref="IFrozenEncoder"/> it is read only.
/// </summary>
public abstract class PeerEncoder : Module<Tensor, ClipFeatures>, IFrozenEncoder
{
    private readonly PeerConfig _config;

    /// <summary>Names the module.</summary>
    /// <param name="name">Of the C# type.</param>
    /// <param name="config">Its sizes.</param>
    protected PeerEncoder(string name, PeerConfig config)
        : base(name) => _config = config;

    /// <summary>Sizes of this encoder.</summary>
    public PeerConfig Config => _config;

    /// <inheritdoc/>
    public string System => _config.System;

    /// <inheritdoc/>
    public int Width => _config.Width;

    /// <inheritdoc/>
    public abstract int? PooledWidth { get; }

    /// <inheritdoc/>
    public ClipPreprocessing Preprocessing => _config.Preprocessing;

    /// <inheritdoc/>
    public BlockDescription Blocks => PeerBlocks.Of(_config);

    /// <inheritdoc/>
    public virtual TokenGrid GridOf(int frames, int height, int width)
    {
        var (tubelet, patch) = (_config.Tubelet, _config.PatchSize);
        if (frames < 1 || height < 1 || width < 1 || frames % tubelet != 0 || height % patch != 0 || width % patch != 0)
            throw new ArgumentException(
                $"{System}: a clip of {frames} frames of {height} x {width} pixels does not divide into tokens of {tubelet} frames of "
                + $"{patch} x {patch} pixels.");
        return new TokenGrid(frames / tubelet, height / patch, width / patch);
    }

    /// <inheritdoc/>
    public ClipFeatures Encode(Tensor clips)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var like = parameters().First();
        return Run(clips.to(like.dtype, like.device), observe: null).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes clips.</summary>
    /// <param name="input">[B, 3, frames, height, width], of the parameters' type and device.</param>
    /// <exception cref="ArgumentException">The encoder takes no clips of this size.</exception>
    public override ClipFeatures forward(Tensor input) => Run(input, observe: null);

    /// <summary>Encodes clips and shows the intermediates.</summary>
    /// <param name="clips">[B, 3, frames, height, width], of the parameters' type and device.</param>
    /// <param name="observe">
    /// Called with a name and a tensor, which is valid during the call: <c>patch_embed</c> before positions, <c>embedded</c> after, then
    /// the residual stream after every block. Null for nobody.
    /// </param>
    /// <returns>In the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The encoder takes no clips of this size.</exception>
    public abstract ClipFeatures Run(Tensor clips, Action<string, Tensor>? observe);
}
