using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: M masked tokens, P numbers in a token's patch, Cp predictor width, W decoder width.

/// <summary>
/// The denoising network: an MLP over each token's noisy pixels whose layers are modulated by the timestep and the
/// predictor's output. It begins by answering 0, since modulation and output layers start at zero.
/// </summary>
public sealed class DiffusionDecoderNetwork : Module<Tensor, Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "time_embed")] private readonly DiffusionDecoderTimeEmbedding _timeEmbed;
    [ComponentName(Name = "cond_embed")] private readonly Linear _condEmbed;
    [ComponentName(Name = "input_proj")] private readonly Linear _inputProj;
    [ComponentName(Name = "res_blocks")] private readonly ModuleList<DiffusionDecoderBlock> _resBlocks;
    [ComponentName(Name = "final_layer")] private readonly DiffusionDecoderFinalLayer _finalLayer;

    internal DiffusionDecoderNetwork(int pixels, int predictorWidth, int width, int depth, Generator generator)
        : base(nameof(DiffusionDecoderNetwork))
    {
        _timeEmbed = new DiffusionDecoderTimeEmbedding(width, generator);
        _condEmbed = DecoderLinear.Xavier(predictorWidth, width, generator);
        _inputProj = DecoderLinear.Xavier(pixels, width, generator);
        _resBlocks = new ModuleList<DiffusionDecoderBlock>(
            [.. Enumerable.Range(0, depth).Select(_ => new DiffusionDecoderBlock(width, generator))]);
        _finalLayer = new DiffusionDecoderFinalLayer(width, 2 * pixels);
        RegisterComponents();
    }

    /// <summary>Estimates noise and variance of noisy tokens.</summary>
    /// <param name="noisy">x_t, [M, P], any floating type.</param>
    /// <param name="t">[M] int64, steps of the training schedule.</param>
    /// <param name="z">The predictor's output, [M, Cp], any floating type.</param>
    /// <returns>[M, 2P] in the type of the weights.</returns>
    public override Tensor forward(Tensor noisy, Tensor t, Tensor z)
    {
        using var scope = NewDisposeScope();
        return Denoise(noisy, t, Condition(z)).MoveToOuterDisposeScope();
    }

    /// <summary>The part that depends on z alone, the same at every step of a sampling.</summary>
    /// <param name="z">[M, Cp].</param>
    /// <returns>[M, W].</returns>
    internal Tensor Condition(Tensor z)
    {
        using var scope = NewDisposeScope();
        return _condEmbed.call(z.to(_condEmbed.weight!.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>The rest of the network.</summary>
    /// <param name="noisy">[M, P].</param>
    /// <param name="t">[M] int64.</param>
    /// <param name="condition">What <see cref="Condition"/> gave, [M, W].</param>
    internal Tensor Denoise(Tensor noisy, Tensor t, Tensor condition)
    {
        using var scope = NewDisposeScope();
        // The blocks' modulations all read the same activation of y: it is computed once.
        var modulator = functional.silu(_timeEmbed.call(t) + condition); // [M, W]
        var x = _inputProj.call(noisy.to(condition.dtype)); // [M, W]
        foreach (var block in _resBlocks) x = block.call(x, modulator);
        return _finalLayer.call(x, modulator).MoveToOuterDisposeScope(); // [M, 2P]
    }
}
