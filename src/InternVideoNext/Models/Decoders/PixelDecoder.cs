using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>A pixel decoder that is a module: its parameters train with the model it is part of.</summary>
/// <param name="name">The module's name.</param>
public abstract class PixelDecoder(string name) : nn.Module(name), IPixelDecoder
{
    /// <inheritdoc/>
    public abstract Tensor TokenLoss(Tensor target, Tensor z, Generator generator);

    /// <inheritdoc/>
    public abstract Tensor Reconstruct(Tensor z, Generator generator, int samplingSteps, double temperature);
}
