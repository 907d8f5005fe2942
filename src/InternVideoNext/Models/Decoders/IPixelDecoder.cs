using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: M masked tokens, P numbers in a token's patch, Cp predictor width.

/// <summary>A decoder D that models the pixels of a masked token given the predictor's output for it.</summary>
public interface IPixelDecoder
{
    /// <summary>The training loss of every token; the caller averages.</summary>
    /// <param name="target">The tokens' normalised pixels in pixel-unshuffle order, [M, P]. See <see cref="PixelPatches"/>.</param>
    /// <param name="z">The predictor's output, [M, Cp]. Gradient flows into it.</param>
    /// <param name="random">Source of the decoder's own draws, on the tensors' device.</param>
    /// <returns>[M] float32.</returns>
    Tensor TokenLoss(Tensor target, Tensor z, TensorRandom random);

    /// <summary>Pixels to look at, without gradient: a sample of a generative decoder, the estimate of another.</summary>
    /// <param name="z">The predictor's output, [M, Cp].</param>
    /// <param name="random">Source of the decoder's own draws, on the tensors' device.</param>
    /// <param name="samplingSteps">Steps of a sampler, at least 2. A decoder that does not sample ignores it.</param>
    /// <param name="temperature">Factor of the sampler's noise, at least 0. A decoder that does not sample ignores it.</param>
    /// <returns>[M, P] float32, in the normalisation and order of the training target.</returns>
    Tensor Reconstruct(Tensor z, TensorRandom random, int samplingSteps, double temperature);
}

/// <summary>A pixel decoder that is a module: its parameters train with the model it is part of.</summary>
/// <param name="name">The module's name.</param>
public abstract class PixelDecoder(string name) : nn.Module(name), IPixelDecoder
{
    /// <inheritdoc/>
    public abstract Tensor TokenLoss(Tensor target, Tensor z, TensorRandom random);

    /// <inheritdoc/>
    public abstract Tensor Reconstruct(Tensor z, TensorRandom random, int samplingSteps, double temperature);
}
